using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Guide;

/// <summary>The application that README adds the inspector to, compiled: what stands between the marks is what README shows.</summary>
internal static class ReadmeSample
{
    /// <summary>The lines between the marks, as README has them.</summary>
    public static string Text { get; } = string.Join('\n', File.ReadLines(Path.Combine(Repository.Root, "Tests", "Guide", "ReadmeSample.cs"))
        .SkipWhile(line => !line.EndsWith("// README begins", StringComparison.Ordinal)).Skip(1)
        .TakeWhile(line => !line.EndsWith("// README ends", StringComparison.Ordinal)).Select(line => line.Length > 8 ? line[8..] : ""));

    public static WebApplication Build(string[] args)
    {
        // README begins
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddAuthentication("Cookies").AddCookie();   // or however your users sign in
        builder.Services.AddAuthorization(options => options.AddPolicy("Operators", policy => policy.RequireRole("operator")));
        builder.Services.AddSignalR();
        builder.Services.AddConnectionInspector(options => options.OperatorPolicy = "Operators");

        var app = builder.Build();
        app.MapHub<YourHub>("/your-hub");
        app.MapConnectionInspector("/inspect");
        // README ends
        return app;
    }

    private sealed class YourHub : Hub;
}
