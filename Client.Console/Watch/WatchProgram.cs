using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Layers;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Inspector;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Recording.Exports;

namespace RealtimeHello.Client.Watch;

/// <summary><c>watch</c>: follows a server's inspector by its server-sent events, and comes back when the server does, with what it missed as far as that is still kept.</summary>
internal sealed class WatchProgram(WatchSettings settings, RowWriter output, Action<string> note)
{
    /// <summary>How long an answer may take; the feed itself goes on as long as there is a sign of life within <see cref="Silence"/>.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The inspector gives a sign of life every 15 s.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(45);

    private readonly LayerFormat _format = new(TimeZoneInfo.Local, names: true);
    private string? _cookie;
    private string? _last;
    private string? _process;
    private string? _told;

    /// <returns>The process's exit code.</returns>
    public static async Task<int> Run(WatchSettings settings)
    {
        using var leave = new LeaveRequest();
        var output = Terminals.OpenRows(trouble =>
        {
            if (trouble is not null) Terminals.Note(trouble);
        });
        var code = await new WatchProgram(settings, output, Terminals.Note).Run(leave.Token);
        return output.HasFailed ? 1 : code;
    }

    private async Task<int> Run(CancellationToken leave)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Patience, UseProxy = !settings.Inspector.IsLoopback };
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        var backoff = new Backoff(Random.Shared);
        var (isAway, hasBegun) = (false, false);
        while (!leave.IsCancellationRequested && !output.IsBroken)
        {
            try
            {
                await Follow(http, Begun, leave);
                if (output.IsBroken) return 0;
                note("The server ended the feed; watching on when it is back.");
            }
            catch (ServerTrouble trouble) when (trouble.IsLasting || !hasBegun)
            {
                note(trouble.Message);
                return 1;
            }
            catch (ServerTrouble trouble)
            {
                if (!isAway) note($"{trouble.Message} Watching on when it is back.");
            }
            catch (OperationCanceledException) when (leave.IsCancellationRequested)
            {
                return 0;
            }

            isAway = true;
            await Task.Delay(backoff.Next(), leave).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return 0;

        void Begun(bool isUnknown)
        {
            if (isAway) note(isUnknown && _told is not null ? "It is back, and does not know the connections that were told before: their records go with the process that kept them." : "It is back.");
            if (isUnknown && settings.Connection is { } connection) note($"There is no connection {connection} at {settings.Inspector}, or not for you: waiting for one.");
            (isAway, hasBegun) = (false, true);
            backoff.Reset();
        }
    }

    private async Task Follow(HttpClient http, Action<bool> begun, CancellationToken leave)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(leave);
        patience.CancelAfter(Patience);
        try
        {
            if (settings.Code is { } code) _cookie ??= await SignIn(http, code, patience.Token);
            // Before the feed, which goes over the same connection and makes the inspector forget that: its echo would be told otherwise.
            var isUnknown = (settings.Connection ?? _told) is { } connection && await IsUnknown(http, connection, patience.Token);
            using var answer = await OpenFeed(http, patience.Token);
            if (answer.StatusCode != HttpStatusCode.OK) throw new ServerTrouble(Refusal(answer), isLasting: (int)answer.StatusCode < 500);
            if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
                throw new ServerTrouble(NoInspector, isLasting: true);
            begun(isUnknown);
            await using var stream = new SignsOfLife(await answer.Content.ReadAsStreamAsync(patience.Token), () => patience.CancelAfter(Silence));
            await Tell(SseParser.Create(stream, (_, data) => data.ToArray()).EnumerateAsync(patience.Token));
        }
        catch (InvalidDataException endless)
        {
            throw new ServerTrouble($"What answers at {settings.Inspector} is no inspector: {endless.Message}.", isLasting: true, endless);
        }
        catch (Exception trouble) when (trouble is HttpRequestException or IOException || (trouble is OperationCanceledException && !leave.IsCancellationRequested))
        {
            throw ReachTrouble.Describe($"{settings.Inspector}", "the address", trouble);
        }
    }

    private async Task<HttpResponseMessage> OpenFeed(HttpClient http, CancellationToken cancellationToken)
    {
        var answer = await AskForFeed(http, cancellationToken);
        if (!BeginsAnew(answer)) return answer;
        // It resumes behind what the process before had told.
        answer.Dispose();
        // Asked once more, not until the processes agree: behind a balancer they never do, and from the beginning on it is right for each.
        answer = await AskForFeed(http, cancellationToken);
        BeginsAnew(answer);
        return answer;
    }

    private async Task<HttpResponseMessage> AskForFeed(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = Ask(Address());
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (_last is not null) request.Headers.Add("Last-Event-ID", _last);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>
    /// Numbers begin again with the process: where another one answers, everything of it is asked for from here on, since it may have numbered further by now than what was told last.
    /// What a proxy answers in its place names none.
    /// </summary>
    private bool BeginsAnew(HttpResponseMessage answer)
    {
        if (!answer.Headers.TryGetValues("Inspector-Process", out var names) || names.FirstOrDefault() is not { } process || process == _process) return false;
        var isFirst = _process is null;
        _process = process;
        if (isFirst) return false;
        _last = default(EventSequence).ToString();
        return true;
    }

    private HttpRequestMessage Ask(Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (settings.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        else request.Headers.Add("Cookie", _cookie);
        return request;
    }

    private async Task<bool> IsUnknown(HttpClient http, string connection, CancellationToken cancellationToken)
    {
        using var request = Ask(new Uri($"{settings.Inspector.AbsoluteUri.TrimEnd('/')}/connections/{Uri.EscapeDataString(connection)}"));
        using var answer = await http.SendAsync(request, cancellationToken);
        BeginsAnew(answer);
        return answer.StatusCode == HttpStatusCode.NotFound;
    }

    private Uri Address()
    {
        var layers = string.Join(',', settings.Layers.Select(LayerNames.Of));
        var query = $"layers={Uri.EscapeDataString(layers)}" + (settings.Connection is { } connection ? $"&connection={Uri.EscapeDataString(connection)}" : "");
        return new Uri($"{settings.Inspector.AbsoluteUri.TrimEnd('/')}/events?{query}");
    }

    /// <summary>Opens the link as a browser does, but for the page that it leads to.</summary>
    /// <returns>The operator's cookie.</returns>
    private async Task<string> SignIn(HttpClient http, string code, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri($"{settings.Inspector.AbsoluteUri.TrimEnd('/')}/sign-in?code={code}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var set = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.FirstOrDefault(cookie => cookie.StartsWith(InspectorSignIn.CookieName + "=", StringComparison.Ordinal)) : null;
        return set?.Split(';')[0] ?? throw new ServerTrouble((int)answer.StatusCode < 400 ? NoInspector : Refusal(answer), isLasting: (int)answer.StatusCode < 500);
    }

    private string NoInspector => $"What answers at {settings.Inspector} is no inspector: check the address and its path.";

    private string Refusal(HttpResponseMessage answer) => answer.StatusCode switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden when settings.Code is not null =>
            $"{settings.Inspector} does not take this sign-in link: it is good for the process alone that printed it. Give the one that was printed last.",
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
            $"{settings.Inspector} does not take this token: give the operator's, which a server keeps in its data folder, or, in place of address and token, the sign-in link that a server or relay prints.",
        HttpStatusCode.NotFound => $"There is no inspector at {settings.Inspector}: check the address and its path, and whether the server has it switched on (Inspector:Enabled).",
        _ => $"{settings.Inspector} answered {(int)answer.StatusCode}.",
    };

    private async Task Tell(IAsyncEnumerable<SseItem<byte[]>> items)
    {
        await foreach (var item in items)
        {
            if (output.IsBroken) return;
            // The feed's first, ready, names the place where it begins: what comes after a cut in front of the first event is behind that.
            if (item is { EventType: "message" or "ready", EventId: { Length: > 0 } id }) _last = id;
            if (Parse(item.Data) is not { } json) continue;
            using (json) Tell(item, json.RootElement);
        }
    }

    private void Tell(SseItem<byte[]> item, JsonElement root)
    {
        if (item.EventType == "missed")
        {
            note($"Some bytes of {Text(root, "connection")} were gone before they could be told: the server's journal is smaller than what passes.");
            return;
        }

        if (item.EventType != "message" || !LayerNames.TryParse(Text(root, "layer"), out var layer)) return;
        _told = Text(root, "connection") is { Length: > 0 } connection ? connection : _told;
        var direction = Text(root, "direction") switch { "received" => Direction.Received, "sent" => Direction.Sent, _ => Direction.Local };
        var rows = _format.Lines(At(root), layer, Text(root, "connection"), direction, Text(root, "kind"), Summary(root), Fields(root));
        foreach (var row in ShownEvents.WithText(rows, settings.Text)) output.Write(row);
    }

    /// <summary>Of an end the whole story, as the log tells it.</summary>
    private static string Summary(JsonElement root)
    {
        var summary = Text(root, "summary");
        if (Text(root, "layer") != "tcp" || Text(root, "kind") != "closed" || !root.TryGetProperty("detail", out var detail)) return summary;
        try
        {
            return detail.Deserialize<TcpClosed>(EventJson.Options) is { Close: not null, Counters: not null } closed ? closed.Story : summary;
        }
        catch (JsonException)
        {
            // Another version's.
            return summary;
        }
    }

    private static List<string> Fields(JsonElement root)
    {
        List<string> fields = [];
        if (!root.TryGetProperty("detail", out var detail) || detail.ValueKind != JsonValueKind.Object || !detail.TryGetProperty("headers", out var headers) || headers.ValueKind != JsonValueKind.Array)
            return fields;
        foreach (var header in headers.EnumerateArray())
        {
            if (header.ValueKind == JsonValueKind.Object) fields.Add($"{Text(header, "name")}: {PrintableText.WithShortMasks(Text(header, "value"))}");
        }

        return fields;
    }

    /// <summary>Of what has no time, as what was missed: the beginning.</summary>
    private static DateTimeOffset At(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("at", out var time) && time.ValueKind == JsonValueKind.String && time.TryGetDateTimeOffset(out var moment) ? moment : DateTimeOffset.UnixEpoch;

    private static string Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String) return "";
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half of a surrogate pair.
            return "\uFFFD";
        }
    }

    private static JsonDocument? Parse(byte[] data)
    {
        try
        {
            return JsonDocument.Parse(data);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
