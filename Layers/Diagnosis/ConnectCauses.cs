namespace RealtimeHello.Layers.Diagnosis;

/// <summary>The catalogue of what keeps a WebSocket from connecting, or drops it: evidence in, cause and fix out.</summary>
public static class ConnectCauses
{
    private const string UpgradeFix = "Let every proxy on the way pass Upgrade and Connection on.";

    /// <summary>The cause that fits best; there is always one.</summary>
    public static ConnectDiagnosis Find(ProbeEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        var found = Judge(evidence);
        return found with { Lines = ProxyLines.Of(found.Cause, evidence.Proxy) };
    }

    private static ConnectDiagnosis Judge(ProbeEvidence evidence) => evidence.Sign switch
    {
        ProbeSign.NameUnknown => Certain("name_unknown", "The name has no address.", "Check the name's spelling, and its DNS records."),
        ProbeSign.Refused => Certain("nothing_listens", "Nothing listens at that port.", "Start the server, or check the port and the address that it listens on."),
        ProbeSign.Unreachable => Likely("unreachable", "Packets get lost or are dropped on the way.", "Check the address, routes and firewalls."),
        ProbeSign.NotTls => Likely("not_tls", "The port does not speak TLS.", $"Write {Plain(evidence)} instead of {Secure(evidence)}, or switch TLS on at the server."),
        ProbeSign.TlsFailed => Likely("tls_failed", "The two sides did not agree on TLS.", "Check which TLS versions and certificate the server is configured with."),
        ProbeSign.CertificateName => Certain("certificate_name", "The certificate is for another name.", "Use a name that the certificate has, or get one for this name."),
        ProbeSign.CertificateExpired => Certain("certificate_expired", "The certificate is out of its time.", "Renew the certificate, and check both clocks."),
        ProbeSign.CertificateUntrusted => Certain("certificate_untrusted", "Nobody trusted here vouches for the certificate.", "Serve the whole chain, or trust the issuer on this machine."),
        ProbeSign.Silent => Likely("silent", "Something accepts connections and says nothing: a server that is stuck, or a proxy that carries as many connections as it may.", "Check that the port is the web server's, that the server is not stuck, and the proxy's limits."),
        ProbeSign.EndedWithoutAnswer when evidence.IsSecure => Likely("ended_without_answer", "The connection was ended without a byte inside TLS: the server, or a proxy that ends TLS, closes at once, or has reached a limit of connections.", "Check the port, the server's log and the proxy's limits."),
        ProbeSign.EndedWithoutAnswer => Likely("ended_without_answer", "The connection was ended without a byte: often http spoken to a TLS port, or a limit of connections.", $"Try {Secure(evidence)} instead of {Plain(evidence)}, and check the port and the proxy's limits."),
        ProbeSign.NotHttp => Certain("not_http", "What answers is not HTTP.", "Check the port: another service answers there."),
        ProbeSign.HeadTooLong => Certain("head_too_long", "The answer's head does not end.", "Check the port: that is no answer a browser would take."),
        ProbeSign.NotUpgraded => NotUpgraded(evidence),
        ProbeSign.WrongAccept => evidence.Server.Contains("IIS", StringComparison.OrdinalIgnoreCase)
            ? new("iis_feature", "reported", "Reported for IIS without its WebSocket feature.", "Install the WebSocket Protocol feature of IIS.")
            : Likely("wrong_accept", "101 came from something that did not read this request: a cache or proxy.", "Let nothing on the way answer or cache upgrades."),
        ProbeSign.WebSocketEnded => Likely("websocket_ended", "The WebSocket opened and ended at once.", "Read the server's log; check which subprotocol it expects."),
        ProbeSign.HandshakeRefused when evidence.Text.Contains("is not supported", StringComparison.Ordinal) =>
            Certain("protocol_missing", "The server does not have that hub protocol.", "Register it at the server, such as AddMessagePackProtocol()."),
        ProbeSign.HandshakeRefused => Certain("handshake_refused", "The server refused the SignalR handshake.", "Compare the versions of client and server."),
        ProbeSign.HandshakeUnanswered => Likely("not_signalr", "The WebSocket does not answer SignalR's handshake.", "Check the hub's path, or leave --hub out for a plain WebSocket."),
        ProbeSign.HubEnded => Likely("hub_failed", "The hub accepted the handshake and ended the connection at once: its OnConnectedAsync threw, or aborted it.", "Read the server's log; EnableDetailedErrors puts the exception into SignalR's Close message."),
        ProbeSign.NotFrames => Certain("not_frames", "Behind the upgrade came something that is no WebSocket frame.", "Let nothing on the way write into an upgraded connection, such as a proxy that takes it for HTTP."),
        ProbeSign.MessageRefused when evidence.CloseCode == 1009 => Certain("message_too_large", "The server takes no message of that size.", "Raise the server's limit for messages, or send less at once."),
        ProbeSign.MessageRefused => Likely("message_refused", "The server, or something on the way, does not take such messages.", "Read the server's log; check what the proxies on the way do with frames."),
        ProbeSign.MessageChanged => Likely("message_changed", "Something on the way changes messages, or puts their fragments together wrongly.", "Take what looks into WebSockets out of the way, such as a filtering proxy."),
        ProbeSign.NegotiationFailed when evidence.Text.Contains("does not support this version", StringComparison.OrdinalIgnoreCase) || Says(evidence, "protocol version") =>
            Certain("negotiate_version", "The server does not negotiate in that version.", "Use a client of the server's generation: ASP.NET SignalR and ASP.NET Core SignalR don't speak with each other."),
        ProbeSign.NegotiationFailed => Likely("negotiate_failed", "The server answers SignalR's negotiation with an error.", "Read the sentence that it gives, and the server's log."),
        ProbeSign.NoWebSocketsOffered => Certain("websockets_off", "The server's Transports leave WebSockets out; reported for IIS also when its WebSocket feature is not installed.", "Enable HttpTransportType.WebSockets, or install the feature."),
        ProbeSign.IdleClosed when evidence.CloseCode is 1001 or 1012 => Likely("going_away",
            evidence.Proxy == ProxyKind.Caddy ? "Something on the way stopped or was reloaded, and said so; Caddy closes WebSockets at every reload." : "The server, or a proxy, is going away or was reloaded, and said so.",
            "Let clients reconnect, after a random while; reload proxies so that they keep what is open."),
        ProbeSign.IdleCutTogether => Likely("connections_dropped", "Connections opened at different times were cut at one moment: a proxy or server was reloaded, restarted or released, no idle timeout.",
            "Let clients reconnect, after a random while; reload proxies so that they keep what is open."),
        ProbeSign.IdleClosed => Likely("idle_closed", "The server closed the idle connection in good order.", "Send pings more often than half of that time."),
        _ => Likely("idle_timeout", "Something on the way cut the idle connection without a Close frame.",
            "Send pings more often than half of that time, or raise the timeout where it is set; at AWS ALB: idle_timeout."),
    };

    private static ConnectDiagnosis NotUpgraded(ProbeEvidence evidence) => evidence.Status switch
    {
        400 when Says(evidence, "Connection ID required") => Likely("upgrade_stripped", "The Upgrade and Connection fields were taken out on the way.", UpgradeFix),
        400 when Says(evidence, "HTTP/2 only") => Certain("http2_only", "The endpoint speaks HTTP/2 only.", "Set the endpoint's Protocols to Http1AndHttp2."),
        400 when Says(evidence, "plain HTTP request was sent to HTTPS port") || Says(evidence, "speaking plain HTTP to an SSL-enabled") || Says(evidence, "HTTP request to an HTTPS server") =>
            evidence.IsSecure ? Certain("backend_tls", "The server behind the proxy speaks TLS, and the proxy sends it plain http.", "Send to https:// instead of http://, or switch TLS off at the server.")
            : Certain("tls_port", "The port speaks TLS, and http was spoken to it.", $"Write {Secure(evidence)} instead of {Plain(evidence)}."),
        400 when Says(evidence, "does not answer to the host name") => Certain("allowed_hosts", "The server does not answer to this host name.", "Add the name to AllowedHosts, or the proxy that passes it on to Proxies:Trusted."),
        400 when evidence.ContentType.Contains("html", StringComparison.OrdinalIgnoreCase) => Likely("allowed_hosts", "The host name is not among the server's AllowedHosts.", "Add the name to AllowedHosts."),
        401 when evidence.HasToken => Likely("token_refused", "The token was not accepted.", "Get a fresh token; check issuer, audience and clocks."),
        401 => Certain("not_signed_in", "The server wants to know who connects.", "Pass a token: --token T. RealtimeHello's chat gives one as accessToken: POST /session with {\"name\":\"ada\"}. A browser can't set fields on a WebSocket: use a cookie or access_token in the query."),
        403 => Forbidden(Refusals.Of(evidence.Text)),
        404 when Says(evidence, "No Connection with that ID") => Certain("no_sticky_session", "Negotiation and connection reached different servers.", "Use sticky sessions, or skip negotiation."),
        404 when Says(evidence, "transport not supported") => Certain("websockets_off", "The server's Transports leave WebSockets out.", "Enable HttpTransportType.WebSockets."),
        404 when Says(evidence, "The requested URL was not found on this server") || Says(evidence, "<center>nginx") =>
            Certain("wrong_path", "The proxy answers by itself: it sends nothing at that path to the server.", "Give the proxy a place for the path."),
        404 when LacksPath(evidence) => NoPath,
        404 => Likely("wrong_path", "Nothing is mapped at that path, or a proxy changes the path on the way.", "Check the mapped path and PathBase, and what the proxy makes of the path."),
        426 when Says(evidence, "WebSocket") => Likely("upgrade_stripped", "The server speaks WebSocket, but the Upgrade field did not reach it.", UpgradeFix),
        426 => Likely("other_upgrade", "The server wants another upgrade, or never saw this one.", UpgradeFix),
        405 when evidence.Path.EndsWith("/negotiate", StringComparison.Ordinal) => Certain("negotiate_path", "This is the path for negotiating, which is asked for by POST.", "Open the WebSocket at the hub's own path, without /negotiate."),
        409 => Certain("token_in_use", "Another WebSocket has that connection token.", "Open one WebSocket for each negotiation."),
        429 => Certain("rate_limited", "The server's rate limit is reached.", "Connect less often, or raise the limit."),
        503 when Says(evidence, "No server is available") => Likely("backend_down", "HAProxy answers, but has no server to give this to: none listens there, its check fails, TLS does not fit, or all its connections are taken.",
            "Start the server behind HAProxy; check its address, its check, ssl and maxconn."),
        503 when Says(evidence, "<center>nginx") => Likely("limit_reached", "A limit of nginx's is reached: where the server behind is down, it says 502.", "Raise limit_conn or limit_req."),
        503 when evidence.Proxy == ProxyKind.Caddy && evidence.Text.Length == 0 => Likely("limit_reached", "Caddy has no server that it may use: every one's limit of requests is reached, or its checks fail. Where none listens, it says 502.",
            "Raise unhealthy_request_count, or look why the checks fail."),
        503 when Says(evidence, "temporarily unable to service") => Likely("backend_down", "A proxy answers, but not the server behind it, or every one of its connections is taken.",
            "Start the server behind the proxy; check the address that the proxy sends to."),
        503 => Likely("unavailable", "A limit is reached, or the proxy has no server behind it.", "Check that the server behind runs, and its rate limits."),
        500 when Says(evidence, "SSL Handshake with remote server") =>
            Certain("backend_tls", "The proxy speaks TLS to the server behind it, which does not, or whose certificate it does not trust.", "Send to http:// instead of https://, or switch TLS on at the server."),
        502 or 504 => Likely("backend_down", "A proxy answers, but not the server behind it; or they don't agree on whether to speak TLS.", "Start the server behind the proxy; check the address that the proxy sends to, and http or https in it."),
        >= 300 and < 400 when evidence.IsSecure && evidence.Location?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true =>
            Likely("https_redirect_loop", "The server redirects to https what came by https: TLS ends at a proxy, and the server is not told or does not believe it.",
                "Let the proxy set X-Forwarded-Proto, and the server trust that proxy (here: Proxies:Trusted)."),
        >= 300 and < 400 when evidence.Location?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true =>
            Likely("https_redirect", "Whoever comes without TLS is sent to https, and a WebSocket does not follow.", $"Use the {Secure(evidence)} address."),
        >= 300 and < 400 => Certain("redirect", "The server sends elsewhere, and a WebSocket does not follow.", "Use the address that it names."),
        >= 200 and < 300 when evidence.IsNegotiated => Certain("upgrade_stripped", "The server took the request for a long poll: the Upgrade and Connection fields were taken out on the way.", UpgradeFix),
        >= 200 and < 300 when LacksPath(evidence) => NoPath,
        >= 200 and < 300 when evidence.ContentType.Contains("html", StringComparison.OrdinalIgnoreCase) =>
            Likely("page_swallowed_path", "A page answers at that path: a single-page fallback, or Upgrade was stripped on the way.", $"Map the hub before the fallback; check the path. {UpgradeFix}"),
        >= 200 and < 300 when evidence.Server.Contains("Caddy", StringComparison.OrdinalIgnoreCase) && evidence.Text.Length == 0 =>
            Likely("caddy_no_site", "No site of Caddy's matches the host.", "Name this host in the Caddyfile."),
        >= 200 and < 300 => Likely("upgrade_ignored", "The request was answered as a plain one: Upgrade stripped on the way, or MaxConcurrentUpgradedConnections reached.", UpgradeFix),
        _ => new("refused", "possible", "The server refused the upgrade.", "Read the server's log for this request."),
    };

    private static ConnectDiagnosis Forbidden(RefusedBy by) => by switch
    {
        RefusedBy.Origin => Certain("origin_refused", "The server does not let pages of this origin connect.", "Add the page's origin to the allowed origins (here: Chat:AllowedOrigins), or pass --origin with one that is allowed."),
        RefusedBy.Host => Certain("allowed_hosts", "The server does not answer to this host name.", "Add the name to the allowed hosts, or let the proxy pass on the one that is allowed."),
        RefusedBy.ProxyRule => Certain("access_refused", "A rule of the proxy's forbids it: the proxy answers by itself.", "Look at its rules of access: deny, Require or http-request deny."),
        _ => Likely("origin_refused", "The origin, or this user, is not allowed.", "Add the page's origin to the allowed origins, or pass --origin."),
    };

    private static string Plain(ProbeEvidence evidence) => evidence.IsHttpAddress ? "http://" : "ws://";

    private static string Secure(ProbeEvidence evidence) => evidence.IsHttpAddress ? "https://" : "wss://";

    private static ConnectDiagnosis NoPath => Likely(
        "no_path", "The server answers, but no hub or other WebSocket is at this path, which is / alone.", "Give the path where the server maps it: --hub PATH for a SignalR hub, or the whole address.");

    /// <summary>A page is what some servers have at /, and nothing what the others have. A proxy's own answer says more.</summary>
    private static bool LacksPath(ProbeEvidence evidence) => evidence is { Path: "/", Proxy: ProxyKind.Unknown, IsExpectedHere: false };

    private static bool Says(ProbeEvidence evidence, string words) => evidence.Text.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static ConnectDiagnosis Certain(string cause, string sentence, string fix) => new(cause, "certain", sentence, fix);

    private static ConnectDiagnosis Likely(string cause, string sentence, string fix) => new(cause, "likely", sentence, fix);
}
