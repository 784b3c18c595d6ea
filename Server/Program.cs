using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Chat;
using RealtimeHello.Server.Hello;
using RealtimeHello.Server.Hosting;
using RealtimeHello.Server.Hosting.Drain;
using RealtimeHello.Server.Observation;
using RealtimeHello.Server.Pages;
using RealtimeHello.Server.Storage;

if (CommandLine.Answer(args) is { } exitCode) return exitCode;
try
{
    var builder = WebApplication.CreateBuilder(ChatDefaults.Options(args));
    builder.UseChatDefaults();
    builder.AddStorage();
    builder.AddAccounts();
    builder.AddChat();
    builder.AddDrain<ChatHub>();
    builder.AddObservation();
    builder.AddHello();
    builder.AddPages();

    await using var app = builder.Build();
    app.UseTrustedProxies();
    app.UseHostCheck();
    app.UseWebSockets();
    app.UseOriginCheck(except: "/chat");
    app.UseHelloEcho("/hello");
    app.UsePages();
    app.MapHealth();
    app.MapAccounts();
    app.MapChat("/chat");
    app.MapHelloEvents("/hello");
    app.MapPages();
    app.MapObservation();
    app.UseDrain<ChatHub>();
    app.PrintStartupLines();
    await app.RunAsync();
    return 0;
}
catch (Exception trouble) when (StartTrouble.Explain(trouble) is { } sentence)
{
    await Console.Error.WriteLineAsync(sentence);
    return StartTrouble.ExitCode;
}

/// <summary>The entry point, visible to the tests.</summary>
public partial class Program;
