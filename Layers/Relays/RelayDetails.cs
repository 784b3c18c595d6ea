using System.Globalization;

namespace RealtimeHello.Layers.Relays;

/// <summary>The relay's connection to its target stands. A connection through a relay is two of TCP: this one, and the client's, which is recorded.</summary>
/// <param name="Target">The target's host and port, as it was given.</param>
/// <param name="Address">The address that answered.</param>
/// <param name="Took">From the client's arrival to the end of TCP's handshake with the target, name resolution included.</param>
public sealed record RelayConnected(string Target, string Address, TimeSpan Took) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Tcp;

    /// <inheritdoc/>
    public override string Kind => "relayed";

    /// <inheritdoc/>
    public override string Summary => string.Create(
        CultureInfo.InvariantCulture, $"on to {PrintableText.OneLine(Target, 200)} at {PrintableText.OneLine(Address, 60)}, connected in {Took.TotalMilliseconds:0.0} ms");
}

/// <summary>The relay's own TLS handshake with its target.</summary>
public sealed record RelaySecured(string Version, string? CipherSuite, string? ApplicationProtocol, string Certificate) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Tls;

    /// <inheritdoc/>
    public override string Kind => "relayed";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(
        $"to the target: {Version}, {CipherSuite}, ALPN {(string.IsNullOrEmpty(ApplicationProtocol) ? "none" : ApplicationProtocol)}; {Certificate}", 400);
}

/// <summary>The one thing that a relay changes of a request, so that the target finds itself named in it.</summary>
/// <param name="Fields">The fields that were set, with the value that the target got.</param>
public sealed record RelayRewrote(IReadOnlyList<Http.HttpHeader> Fields) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Http;

    /// <inheritdoc/>
    public override string Kind => "rewritten";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine($"the target gets {string.Join(", ", Fields.Select(header => $"{header.Name}: {header.Value}"))}", 400);
}

/// <summary>The relay got no connection to its target.</summary>
/// <param name="AtLayer">TCP (no address, no connection) or TLS.</param>
/// <param name="Reason">One or two sentences: what was seen, and what to do.</param>
public sealed record RelayFailed(Layer AtLayer, string Reason) : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => AtLayer;

    /// <inheritdoc/>
    public override string Kind => "targetFailed";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(Reason, 400);
}
