using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RealtimeHello.Inspector.Access;

/// <summary>
/// Prints the operator's sign-in link when the application listens. It holds a code: it goes to the console, never through a logger, and only in Development or where
/// somebody sits at a terminal.
/// </summary>
internal sealed class SignInLine(InspectorOptions options, InspectorAccess access, MappedInspectors mapped, IHostEnvironment environment, IHostApplicationLifetime lifetime, IServiceProvider services)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.PrintsSignInLink && (environment.IsDevelopment() || !Console.IsOutputRedirected)) lifetime.ApplicationStarted.Register(Print);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Print()
    {
        if (services.GetService<IServer>() is not { } server || ListeningAddress.Of(server) is not { } address) return;
        foreach (var path in mapped.Paths) Console.Out.Write($"Inspector: {address}{path}/{access.SignInQuery}\n");
    }
}
