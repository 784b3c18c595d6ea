namespace RealtimeHello.Server.Hosting.Drain;

/// <summary>Whether the server is on its way out, and what is still going on.</summary>
internal sealed class DrainState
{
    private volatile bool _isDraining;

    /// <summary>True once the server has begun to stop: it takes no new calls and no new connections.</summary>
    public bool IsDraining => _isDraining;

    /// <summary>Hub calls whose answer is not written yet.</summary>
    public Gauge Calls { get; } = new();

    /// <summary>Hub connections whose socket is not closed yet.</summary>
    public Gauge Connections { get; } = new();

    public void Begin() => _isDraining = true;
}
