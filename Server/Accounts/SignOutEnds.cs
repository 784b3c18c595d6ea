namespace RealtimeHello.Server.Accounts;

/// <summary>
/// Ends what is still being answered to somebody who signs out: who was asked about at the beginning of a feed is not asked about again. Hub connections end with words of
/// their own, see the chat's setup.
/// </summary>
internal static class SignOutEnds
{
    /// <param name="app">Behind its authentication.</param>
    /// <param name="path">Where answers may take long. Not the sign-out's own.</param>
    public static void UseSignOutEnds(this WebApplication app, string path)
    {
        var signOuts = app.Services.GetRequiredService<SignOuts>();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(path), branch => branch.Use((context, next) => Serve(context, next, signOuts)));
    }

    private static async Task Serve(HttpContext context, RequestDelegate next, SignOuts signOuts)
    {
        if (!Guest.TryReadId(context.User, out var user))
        {
            await next(context);
            return;
        }

        var aborted = context.RequestAborted;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        context.RequestAborted = end.Token;
        signOuts.SignedOut += End;
        try
        {
            // Who signed out between the look at the ticket and here was not heard of.
            if (signOuts.Has(user)) await end.CancelAsync();
            await next(context);
        }
        finally
        {
            signOuts.SignedOut -= End;
            context.RequestAborted = aborted;
        }

        void End(Guid signedOut)
        {
            if (signedOut != user) return;
            try
            {
                _ = end.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // The answer has just ended by itself.
            }
        }
    }
}
