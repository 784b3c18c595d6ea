namespace RealtimeHello.Layers.Tls;

/// <summary>A fact of TLS (RFC 8446).</summary>
public abstract record TlsDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Tls;
}

/// <summary>RFC 8446 4.1.2, as it stands on the wire before anything is encrypted.</summary>
/// <param name="ServerName">SNI (RFC 6066 3), if given.</param>
/// <param name="ApplicationProtocols">ALPN (RFC 7301), in the client's order.</param>
/// <param name="Versions">The versions offered, such as TLS 1.3.</param>
/// <param name="CipherSuites">How many cipher suites were offered.</param>
public sealed record TlsClientHello(
    string? ServerName, IReadOnlyList<string> ApplicationProtocols, IReadOnlyList<string> Versions, int CipherSuites) : TlsDetail
{
    /// <inheritdoc/>
    public override string Kind => "clientHello";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(
        $"for {ServerName ?? "no server name"}, offers {string.Join(", ", Versions)}"
        + (ApplicationProtocols.Count == 0 ? "" : $", ALPN {string.Join(", ", ApplicationProtocols)}"), 200);
}

/// <summary>RFC 8446 4.1.3: what the server chose, as far as it stands on the wire unencrypted.</summary>
public sealed record TlsServerHello(string Version, string CipherSuite, string? ApplicationProtocol) : TlsDetail
{
    /// <inheritdoc/>
    public override string Kind => "serverHello";

    /// <inheritdoc/>
    public override string Summary => $"{Version}, {CipherSuite}" + (ApplicationProtocol is null ? "" : $", ALPN {PrintableText.OneLine(ApplicationProtocol, 40)}");
}

/// <summary>The handshake is complete, as the TLS library of this side reports it.</summary>
public sealed record TlsHandshake(string Version, string? CipherSuite, string? ApplicationProtocol, string? ServerName) : TlsDetail
{
    /// <inheritdoc/>
    public override string Kind => "handshake";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(
        $"{Version}, {CipherSuite}, ALPN {(string.IsNullOrEmpty(ApplicationProtocol) ? "none" : ApplicationProtocol)}"
        + (string.IsNullOrEmpty(ServerName) ? "" : $", for {ServerName}"), 200);
}

/// <summary>RFC 8446 6, where it was sent unencrypted.</summary>
public sealed record TlsAlert(int Level, int Code, string Description) : TlsDetail
{
    /// <inheritdoc/>
    public override string Kind => "alert";

    /// <inheritdoc/>
    public override string Summary => $"{(Level == 2 ? "fatal" : "warning")}: {Description}";
}
