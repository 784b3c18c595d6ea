using RealtimeHello.Client.Hello;

namespace RealtimeHello.Client.Doctor;

/// <summary>What the user asked of <c>doctor</c>.</summary>
internal sealed record DoctorSettings
{
    public required HelloTarget Target { get; init; }

    /// <summary>A SignalR hub is expected at the target.</summary>
    public bool IsHub { get; init; }

    /// <summary>Sent as Origin; null: none.</summary>
    public string? Origin { get; init; }

    /// <summary>Sent as bearer token; never shown.</summary>
    public string? Token { get; init; }

    /// <summary>How long to leave a connection idle; null: not at all.</summary>
    public TimeSpan? Idle { get; init; }

    /// <summary>How long to wait for a hub's keep-alive, which is 15 s as SignalR comes; zero: not at all.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(16);

    public bool Json { get; init; }

    /// <summary>How long each step may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);
}
