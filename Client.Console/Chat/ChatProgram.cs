using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat.Interactive;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Client.Chat.Plain;
using RealtimeHello.Client.CommandLine;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>Puts the chat together: sign-in, links, session, and the mode that fits the terminal or pipe.</summary>
internal sealed class ChatProgram : IDisposable
{
    private const int HistoryOnTerminal = 20;

    private static readonly TimeSpan WaitInPipe = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly LeaveRequest _leave = new();
    private readonly ChatSettings _settings;
    private readonly PlainOutput _output;
    private readonly SocketsHttpHandler _handler;
    private readonly TokenStore _tokens;
    private readonly GuestSignIn _signIn;
    private readonly SocketsHttpHandler _hubHandler;
    private readonly LayerTrace? _trace;
    private readonly RowWriter _bare = new(Terminals.OpenText(Console.OpenStandardError()), Terminals.ColorsOf(Console.IsErrorRedirected));
    private readonly ConcurrentQueue<Row> _late = [];
    private volatile Action<Row> _showLayer;
    private bool _layersEnded;

    private ChatProgram(ChatSettings settings)
    {
        _settings = settings;
        _output = new PlainOutput(Terminals.OpenText(Console.OpenStandardOutput()), Terminals.OpenText(Console.OpenStandardError()), settings.Verbose);
        _handler = MakeHandler(settings.Server);
        _tokens = new TokenStore(ClientFolder.Path, _clock, _output.Note);
        _signIn = new GuestSignIn(_handler, settings.Server, _tokens, _clock);
        // Only the hub's connections are shown: they have a handler of their own.
        _hubHandler = settings.Layers is null ? _handler : MakeHandler(settings.Server);
        _showLayer = _bare.Write;
        if (settings.Layers is not { } layers) return;
        _trace = new LayerTrace(layers, new LayerFormat(_clock.LocalTimeZone, names: true), row => _showLayer(row), _clock);
        _trace.Attach(_hubHandler);
        _trace.Follow();
    }

    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(ChatSettings settings)
    {
        using var program = new ChatProgram(settings);
        try
        {
            if (Terminals.CanDraw) return await program.ChatOnTerminal();
            return Terminals.HasPerson ? await program.ChatInLines() : await program.ChatInPipe();
        }
        catch (Exception failure) when (failure is ServerTrouble or ChatFailure)
        {
            program._output.Note(failure.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            // The user left before the chat began.
            return 0;
        }
    }

    public void Dispose()
    {
        EndLayers(_bare.Write);
        _signIn.Dispose();
        _handler.Dispose();
        _leave.Dispose();
    }

    /// <param name="show">Shows a row that came too late for the screen.</param>
    private void EndLayers(Action<Row> show)
    {
        if (_layersEnded) return;
        _layersEnded = true;
        // Its connection closes before what is left of it is told.
        _hubHandler.Dispose();
        // Whoever tells has ended before the rows that came too late for the screen are printed: none comes behind.
        _trace?.Dispose();
        while (_late.TryDequeue(out var row)) show(row);
    }

    private async Task<int> ChatInPipe()
    {
        if ((_settings.Name ?? _tokens.FindSingleName(_settings.Server)) is not { } name)
        {
            _output.Note("Say who you are with --name NAME: a pipe can't be asked.");
            return Commands.Usage;
        }

        var wait = _settings.Wait ?? WaitInPipe;
        var chat = new PlainChat(_settings.Room, _settings.History ?? 0, _output, _clock);
        using var session = MakeSession(name, null, chat, new ChatSessionOptions { FirstPatience = wait, Patience = wait });
        return await chat.Run(session, Terminals.OpenInput(), _leave.Token) && !_output.HasFailed ? 0 : 1;
    }

    private async Task<int> ChatInLines()
    {
        var input = Terminals.OpenInput();
        if (_settings.Name is not { } name)
        {
            _output.Note("Say who you are with --name NAME: this terminal can't be asked.");
            return Commands.Usage;
        }

        var loop = new UiLoop();
        var relay = new ObserverRelay(loop.Post);
        var signedIn = await _signIn.SignIn(name, _leave.Token);
        using var session = MakeSession(signedIn.Name, signedIn, relay, OnTerminal);
        await new LineChat(loop, session, relay, _output, Conversing(signedIn), _leave, _clock).Run(_settings.Room, input);
        return _output.HasFailed ? 1 : 0;
    }

    private async Task<int> ChatOnTerminal()
    {
        using var terminal = Terminals.Open(_leave.Make);
        var lines = new LineScreen(terminal, Terminals.Colors);
        var suggestion = _tokens.FindSingleName(_settings.Server) ?? Environment.UserName;
        var signedIn = await new SignInDialog(terminal, lines, _signIn, _settings.Server).Run(_settings.Name, suggestion, _leave.Token);
        try
        {
            await Chat(terminal, lines, signedIn);
        }
        finally
        {
            // While the terminal is ours still, so that they are broken at words, and what follows begins a line of its own.
            EndLayers(row => lines.Print(LayerLayout.Of(row)));
            lines.Leave();
        }

        return 0;
    }

    private async Task Chat(ITerminal terminal, LineScreen lines, SignedIn signedIn)
    {
        var loop = new UiLoop();
        var relay = new ObserverRelay(loop.Post);
        _showLayer = row =>
        {
            if (!loop.TryPost(() => lines.Print(LayerLayout.Of(row)))) _late.Enqueue(row);
        };
        using var session = MakeSession(signedIn.Name, signedIn, relay, OnTerminal);
        await new InteractiveChat(terminal, lines, loop, session, relay, Conversing(signedIn), _leave, _clock).Run(_settings.Room);
    }

    private ChatSessionOptions OnTerminal => new() { FirstPatience = _settings.Wait ?? TimeSpan.Zero };

    private ConversationOptions Conversing(SignedIn signedIn) => new(signedIn.Name, _settings.History ?? HistoryOnTerminal, _settings.Verbose);

    private ChatSession MakeSession(string name, SignedIn? signedIn, IChatObserver observer, ChatSessionOptions options)
    {
        var log = _settings.Verbose ? new DiagnosticLog(observer.Diagnostic) : null;
        var recipe = new HubConnectionRecipe(_settings.Server, _hubHandler, _settings.Protocol, log);
        IChatLinks links = new HubLinks(_settings.Server, recipe, _signIn, name, signedIn);
        if (_trace is not null) links = new ObservedLinks(links, _trace, name, _settings.Protocol == HubProtocolName.Json ? "json" : "messagepack", _clock);
        return new ChatSession(links, observer, options, _clock, Random.Shared);
    }

    private static SocketsHttpHandler MakeHandler(ServerAddress server) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AutomaticDecompression = DecompressionMethods.None,
        // A proxy of the environment is for the world outside, not for this machine.
        UseProxy = !server.Root.IsLoopback,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2),
    };
}
