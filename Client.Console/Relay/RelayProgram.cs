using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Client.Relay;

/// <summary>Puts the relay together: the listener, and the readers of its journal: the terminal, a capture, the inspector's page.</summary>
internal static class RelayProgram
{
    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(RelaySettings settings)
    {
        using var leave = new LeaveRequest();
        try
        {
            return await Run(settings, leave) ? 0 : 1;
        }
        catch (ServerTrouble trouble)
        {
            Terminals.Note(trouble.Message);
            return 1;
        }
    }

    private static async Task<bool> Run(RelaySettings settings, LeaveRequest leave)
    {
        var journal = NewJournal();
        var certificate = settings.Listen.IsSecure ? RelayCertificate.Of(ClientFolder.Path, settings.Listen.Host, TimeProvider.System.GetUtcNow()) : null;
        await using var listener = await RelayListener.Open(settings, certificate, journal);
        await using var capture = settings.Capture is { } file ? RelayCapture.Open(file, settings.CaptureLimit, journal) : null;
        await using var inspection = settings.Inspect is { } port ? await RelayInspection.Open(port, journal) : null;
        // Relaying is what we are here for, so it goes on when nothing can be shown.
        var output = Terminals.OpenRows(trouble =>
        {
            if (trouble is not null) Terminals.Note(trouble);
        });
        using var teller = settings.Layers.Count == 0 ? null
            : new LayerTeller(journal, new ShownEvents(settings.Layers, settings.Text, new LayerFormat(TimeZoneInfo.Local, names: true)), output.Write);
        teller?.Follow();
        foreach (var line in Greeting(settings, listener.Port, inspection?.SignInLink)) Terminals.Note(line);

        await listener.Run(Terminals.Note, leave.Token);
        if (capture is null) return !output.HasFailed;
        var trouble = await capture.Finish();
        Terminals.Note(trouble ?? $"Recorded into {settings.Capture}; look at it with: realtimehello show {settings.Capture}");
        return trouble is null && !output.HasFailed;
    }

    private static IEnumerable<string> Greeting(RelaySettings settings, int port, string? inspector)
    {
        var (listen, target) = (settings.Listen, settings.Target);
        var link = listen.Link(port);
        yield return $"Relaying {link} to {target}; clients connect to {link.Replace("http", "ws", StringComparison.Ordinal)}{PrintableText.OneLine(target.Path == "/" ? "" : target.Path, 200)}. Ctrl+C ends it.";
        yield return settings.KeepHost
            ? "Every byte is passed on as it came, Host and Origin too: a server that checks them may refuse."
            : $"Host of requests is set to {target.Authority}, and Origin to {target.Origin} where it is the relay's own; everything else is passed on as it came, "
                + "other pages' Origin too, which the target judges. --keep-host leaves both.";
        if (settings.Insecure) yield return "Whatever certificate the target shows is taken (--insecure): somebody in between would not be noticed.";
        if (listen.IsSecure)
        {
            var file = RelayCertificate.FileOf(ClientFolder.Path, listen.Host);
            yield return $"The relay's certificate is {file}. Who trusts it: curl --cacert, Node NODE_EXTRA_CA_CERTS, .NET and OpenSSL on Linux SSL_CERT_FILE, "
                + "each with this file; Chromium on Linux after certutil -d sql:$HOME/.pki/nssdb -A -t P,, -n realtimehello -i with it; "
                + "macOS and Windows after adding it to the keychain or the trusted root certificates. Stop trusting it when you are done.";
        }

        if (settings.Capture is { } capture) yield return $"Recording into {capture}.";
        if (inspector is not null) yield return $"Inspector: {inspector}";
    }

    /// <summary>Whatever passes is what a relay is there for: plain HTTP and other protocols are kept as WebSockets are.</summary>
    internal static Journal NewJournal()
    {
        var options = new JournalOptions { SeesApplication = false };
        options.OtherClosedConnections = options.ClosedConnections;
        return new Journal(options);
    }
}
