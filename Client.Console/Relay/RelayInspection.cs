using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Inspector;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Relay;

/// <summary>
/// The inspector's page over what the relay records, for this machine alone. ASP.NET Core is loaded here and nowhere else in this program.
/// </summary>
internal sealed class RelayInspection : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RelayInspection(WebApplication application, string link) => (_application, SignInLink) = (application, link);

    /// <summary>Opens the page signed in. It holds a code: for the user's terminal alone.</summary>
    public string SignInLink { get; }

    /// <param name="port">Of the loopback; 0: a free one.</param>
    /// <param name="journal">What is shown.</param>
    /// <exception cref="ServerTrouble">The port can't be listened at.</exception>
    public static async Task<RelayInspection> Open(int port, Journal journal)
    {
        // Empty: no settings file or variable of the folder in which somebody happens to be.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        builder.Services.AddRoutingCore();
        builder.Services.AddConnectionInspector(journal, options =>
        {
            options.PrintsSignInLink = false;
            // Nobody but who comes by the link.
            options.IsOperator = _ => false;
        });
        var application = builder.Build();
        application.UseRouting();
        application.MapConnectionInspector();
        // The page links to its application, and here that is itself.
        application.MapGet("/", context =>
        {
            context.Response.Redirect("/inspect");
            return Task.CompletedTask;
        });
        try
        {
            await application.StartAsync();
        }
        catch (Exception trouble) when (trouble is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync();
            var isTaken = trouble.InnerException is AddressInUseException || trouble is AddressInUseException;
            throw new ServerTrouble(
                isTaken ? $"Something listens at port {port} already; choose another --inspect, or 0 for a free one." : $"The inspector can't listen at port {port}: {trouble.Message}",
                isLasting: true, trouble);
        }

        var address = new Uri(application.Urls.First());
        return new RelayInspection(
            application, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{address.Port}/inspect/{application.Services.GetInspectorSignInQuery()}"));
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
