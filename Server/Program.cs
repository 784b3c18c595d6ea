using RealtimeHello.Server.Accounts;
using RealtimeHello.Server.Chat;
using RealtimeHello.Server.Hello;
using RealtimeHello.Server.Hosting;

var builder = WebApplication.CreateBuilder(args);
builder.UseChatDefaults();
builder.AddAccounts();
builder.AddChat();

var app = builder.Build();
app.UseWebSockets();
app.UseOriginCheck();
app.UseHelloEcho("/hello");
app.MapHealth();
app.MapAccounts();
app.MapChat("/chat");
app.PrintStartupLines();
app.Run();

/// <summary>The entry point, visible to the tests.</summary>
public partial class Program;
