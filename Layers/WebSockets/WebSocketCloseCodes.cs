namespace RealtimeHello.Layers.WebSockets;

/// <summary>The close codes of RFC 6455 7.4.1 and IANA's WebSocket Close Code Number Registry.</summary>
public static class WebSocketCloseCodes
{
    /// <summary>The code's registered name, in lower case.</summary>
    public static string NameOf(int code) => code switch
    {
        1000 => "normal closure",
        1001 => "going away",
        1002 => "protocol error",
        1003 => "unsupported data",
        1005 => "no status received",
        1006 => "abnormal closure",
        1007 => "invalid frame payload data",
        1008 => "policy violation",
        1009 => "message too big",
        1010 => "mandatory extension",
        1011 => "internal error",
        1012 => "service restart",
        1013 => "try again later",
        1014 => "bad gateway",
        1015 => "TLS handshake",
        >= 3000 and <= 3999 => "registered",
        >= 4000 and <= 4999 => "private",
        _ => "unassigned",
    };

    /// <summary>Whether an endpoint may send the code in a Close frame: 1005, 1006 and 1015 never appear on the wire.</summary>
    public static bool MayBeSent(int code) =>
        code is 1000 or 1001 or 1002 or 1003 or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
