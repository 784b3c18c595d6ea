using System.Text.Json;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>
/// SignalR's negotiation, and whether the connection that follows reaches the server that it was made with. A hub that refuses to negotiate on purpose is in
/// order: its clients skip it.
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/TransportProtocols.md</remarks>
/// <param name="settings">What the user asked for.</param>
/// <param name="open">Opens a connection to the server, not yet used.</param>
internal sealed class Negotiation(DoctorSettings settings, Func<CancellationToken, Task<DoctorLink>> open)
{
    /// <summary>Enough to meet a second server behind a balancer that takes turns, nearly always also behind one that draws lots.</summary>
    private const int Tries = 10;

    /// <summary>A hub answered: with its offer, or by refusing to negotiate in SignalR's or this project's own words.</summary>
    public bool IsHub { get; private set; }

    /// <exception cref="ProbeFailure">It does not work.</exception>
    public async Task<string[]> Probe(CancellationToken cancellationToken)
    {
        var (answer, offer) = await Ask(cancellationToken);
        if (answer.Status == 426)
        {
            IsHub = answer.Body.Contains("WebSocket", StringComparison.OrdinalIgnoreCase);
            return ["426: this hub does not negotiate on purpose; clients set skipNegotiation and the transport WebSockets"];
        }

        if (answer.Status == 401) throw new ProbeFailure(EvidenceOf(answer), $"POST {Path}: {DoctorLink.Describe(answer)}");
        if (offer is null) return [$"no negotiation: POST {Path} got {answer.Status}; clients that skip it don't need one"];
        IsHub = true;
        if (offer.Error is { } error) throw new ProbeFailure(EvidenceOf(answer, ProbeSign.NegotiationFailed, error), $"POST {Path}: {error}");
        if (offer.Url is { } url) return [$"the server sends its clients elsewhere, as with Azure SignalR Service: {PrintableText.OneLine(url.Split('?')[0], 200)}"];
        var offered = offer.Transports.Count == 0 ? "nothing" : string.Join(", ", offer.Transports.Take(8));
        if (!offer.Transports.Contains("WebSockets", StringComparer.OrdinalIgnoreCase))
            throw new ProbeFailure(EvidenceOf(answer, ProbeSign.NoWebSocketsOffered, offered), $"POST {Path} offers {offered}, and no WebSockets");
        return [$"POST {Path} offers {offered}", await TryStickiness(offer, cancellationToken)];
    }

    private string Path => $"{settings.Target.Uri.AbsolutePath.TrimEnd('/')}/negotiate";

    private async Task<string> TryStickiness(Offer first, CancellationToken cancellationToken)
    {
        var reached = 0;
        HttpAnswer? lost = null;
        var offer = first;
        for (var i = 0; i < Tries; i++)
        {
            if (i > 0) offer = (await Ask(cancellationToken)).Offer ?? throw new ProbeFailure(new ProbeEvidence { Sign = ProbeSign.NegotiationFailed }, $"negotiation {i + 1} of {Tries} got no offer");
            await using var link = await open(cancellationToken);
            var answer = await link.Ask(DoctorLink.NewKey(), settings.Origin, cancellationToken, query: $"id={Uri.EscapeDataString(offer.Token)}", cookies: offer.Cookies);
            if (answer.Status == 101) reached++;
            else lost = answer;
        }

        if (lost is null) return $"{Tries} of {Tries} negotiations were followed by a connection to the same server";
        var seen = $"only {reached} of {Tries} negotiations were followed by a connection; another got {DoctorLink.Describe(lost)}{(lost.Body.Length == 0 ? "" : $": {PrintableText.OneLine(lost.Body, 80)}")}";
        throw new ProbeFailure(EvidenceOf(lost) with { IsNegotiated = true }, seen);
    }

    private async Task<(HttpAnswer Answer, Offer? Offer)> Ask(CancellationToken cancellationToken)
    {
        await using var link = await open(cancellationToken);
        var answer = await link.Negotiate(cancellationToken);
        return (answer, answer.Status == 200 ? Offer.Read(answer) : null);
    }

    private ProbeEvidence EvidenceOf(HttpAnswer answer, ProbeSign sign = ProbeSign.NotUpgraded, string? text = null) =>
        DoctorLink.EvidenceOf(settings, answer, sign) with { Text = text ?? answer.Body };

    /// <param name="Token">Names the connection to come.</param>
    /// <param name="Transports">Which the server has.</param>
    /// <param name="Error">Why there is none.</param>
    /// <param name="Url">Where to go in place of this server.</param>
    /// <param name="Cookies">Of the answer: sticky sessions are often made with them.</param>
    private sealed record Offer(string Token, IReadOnlyList<string> Transports, string? Error, string? Url, string Cookies)
    {
        public static Offer? Read(HttpAnswer answer)
        {
            try
            {
                using var json = JsonDocument.Parse(answer.Body);
                var root = json.RootElement;
                string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
                var transports = root.TryGetProperty("availableTransports", out var list) && list.ValueKind == JsonValueKind.Array
                    ? list.EnumerateArray().Select(one => one.TryGetProperty("transport", out var name) ? name.GetString() ?? "" : "").ToList()
                    : [];
                if (Text("connectionToken") is null && Text("connectionId") is null && Text("error") is null && Text("url") is null) return null;
                var cookies = string.Join("; ", answer.Fields.Where(field => field.Key.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)).Select(field => field.Value.Split(';')[0]));
                return new Offer(Text("connectionToken") ?? Text("connectionId") ?? "", transports, Text("error"), Text("url"), cookies);
            }
            catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
            {
                return null;
            }
        }
    }
}
