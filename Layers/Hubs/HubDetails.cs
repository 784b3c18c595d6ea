namespace RealtimeHello.Layers.Hubs;

/// <summary>A fact of the hub's lifecycle, seen on the server from outside the hub.</summary>
public abstract record HubDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.Hub;
}

/// <summary>OnConnectedAsync is over: the connection is the hub's.</summary>
/// <param name="Hub">The hub's type name.</param>
/// <param name="HubConnectionId">SignalR's own id of the connection.</param>
/// <param name="User">The user's label, if signed in.</param>
/// <param name="Protocol">The hub protocol: json, messagepack.</param>
public sealed record HubConnected(string Hub, string HubConnectionId, string? User, string? Protocol) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "connected";

    /// <inheritdoc/>
    public override string Summary => $"{Hub}: {PrintableText.OneLine(User ?? "nobody signed in", 80)}" + (Protocol is null ? "" : $", over {Protocol}");
}

/// <summary>A hub that connected on another connection goes on over this one: by its next poll or its goodbye (long polling), or by a stateful reconnect.</summary>
/// <param name="Hub">The hub's type name.</param>
/// <param name="HubConnectionId">SignalR's own id of the connection, the same as before.</param>
/// <param name="User">The user's label, if signed in.</param>
/// <param name="Protocol">The hub protocol: json, messagepack.</param>
public sealed record HubContinued(string Hub, string HubConnectionId, string? User, string? Protocol) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "continued";

    /// <inheritdoc/>
    public override string Summary => $"{Hub} goes on here: {PrintableText.OneLine(User ?? "nobody signed in", 80)}" + (Protocol is null ? "" : $", over {Protocol}");
}

/// <summary>A hub method was called.</summary>
public sealed record HubInvoked(string Method) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "invoked";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(Method, 120);
}

/// <summary>A hub method returned.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Duration">How long it ran; of one that streams: until it returned its stream.</param>
/// <param name="Call">The number of the entry that says it was invoked, which its sequence begins with: calls of one connection may overlap. 0: not known.</param>
/// <param name="ReturnsStream">Its items are still to come.</param>
public sealed record HubCompleted(string Method, TimeSpan Duration, long Call = 0, bool ReturnsStream = false) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "completed";

    /// <inheritdoc/>
    public override string Summary => $"{PrintableText.OneLine(Method, 120)}{(ReturnsStream ? " returned its stream" : "")} in {Duration.TotalMilliseconds:0.###} ms";
}

/// <summary>A hub method, OnConnectedAsync or OnDisconnectedAsync threw.</summary>
/// <param name="Method">Its name.</param>
/// <param name="Duration">How long it ran.</param>
/// <param name="ErrorType">The exception's type.</param>
/// <param name="Error">The exception's message.</param>
/// <param name="Call">As of <see cref="HubCompleted"/>.</param>
public sealed record HubFailed(string Method, TimeSpan Duration, string ErrorType, string Error, long Call = 0) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "failed";

    /// <inheritdoc/>
    public override string Summary => $"{PrintableText.OneLine(Method, 80)}: {ErrorType}: {PrintableText.OneLine(Error, 160)}";
}

/// <summary>The connection was added to a group.</summary>
public sealed record HubGroupJoined(string Group) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "groupJoined";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(Group, 120);
}

/// <summary>The connection was removed from a group.</summary>
public sealed record HubGroupLeft(string Group) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "groupLeft";

    /// <inheritdoc/>
    public override string Summary => PrintableText.OneLine(Group, 120);
}

/// <summary>The hub sent to this connection alone (sends to groups and to all are seen in the bytes of each connection).</summary>
public sealed record HubSent(string Method, string To) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "sent";

    /// <inheritdoc/>
    public override string Summary => $"{PrintableText.OneLine(Method, 80)} to {PrintableText.OneLine(To, 80)}";
}

/// <summary>OnDisconnectedAsync is over.</summary>
/// <param name="ErrorType">The type of the exception that SignalR gave, if any; it often gives none.</param>
/// <param name="Error">Its message.</param>
public sealed record HubDisconnected(string? ErrorType, string? Error) : HubDetail
{
    /// <inheritdoc/>
    public override string Kind => "disconnected";

    /// <inheritdoc/>
    public override string Summary => Error is null ? "SignalR gave no reason" : PrintableText.OneLine(Error, 160);
}
