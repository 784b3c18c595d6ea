using System.Net;
using System.Security.Authentication;

namespace RealtimeHello.Recording.Taps;

/// <summary>How recordings call what sockets and TLS libraries call otherwise.</summary>
public static class ConnectionNames
{
    /// <summary>Address and port. A socket for both IP versions writes an IPv4 address as an IPv6 one.</summary>
    public static string Of(EndPoint? end) =>
        end is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped ? $"{new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port)}" : $"{end}";

    /// <summary>Such as TLS 1.3.</summary>
    public static string Of(SslProtocols version) => version switch { SslProtocols.Tls13 => "TLS 1.3", SslProtocols.Tls12 => "TLS 1.2", var other => $"{other}" };
}
