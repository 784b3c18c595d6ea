namespace RealtimeHello.Layers.SignalR;

/// <summary>A fact of the SignalR hub protocol (HubProtocol.md of dotnet/aspnetcore).</summary>
public abstract record SignalRDetail : LayerDetail
{
    /// <inheritdoc/>
    public override Layer Layer => Layer.SignalR;
}

/// <summary>The client's first message: JSON, ended by 0x1E, whatever protocol it asks for.</summary>
public sealed record HandshakeRequest(string Protocol, int Version) : SignalRDetail
{
    /// <inheritdoc/>
    public override string Kind => "handshakeRequest";

    /// <inheritdoc/>
    public override string Summary => $"asks for protocol {PrintableText.OneLine(Protocol, 40)}, version {Version}";
}

/// <summary>The server's answer to it: empty, or with an error.</summary>
public sealed record HandshakeResponse(string? Error) : SignalRDetail
{
    /// <inheritdoc/>
    public override string Kind => "handshakeResponse";

    /// <inheritdoc/>
    public override string Summary => Error is null ? "accepted" : $"refused: {PrintableText.OneLine(Error, 160)}";
}

/// <summary>A hub message, read from JSON or MessagePack. Values are shown as JSON text, their beginning at most.</summary>
/// <param name="Encoding"><c>json</c> or <c>messagepack</c>.</param>
public abstract record HubMessage(string Encoding) : SignalRDetail
{
    /// <summary>The message's <c>type</c> on the wire, 1 to 9.</summary>
    public abstract int Type { get; }

    /// <summary>The message's headers, if it carried any.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Headers { get; init; }
}

/// <summary>Type 1.</summary>
/// <param name="Encoding"><inheritdoc/></param>
/// <param name="InvocationId">Null: no answer is wanted.</param>
/// <param name="Target">The method.</param>
/// <param name="Arguments">Each argument as JSON text, as many as are shown.</param>
/// <param name="StreamIds">Streams that the caller will send.</param>
public sealed record InvocationMessage(
    string Encoding, string? InvocationId, string Target, IReadOnlyList<string> Arguments, IReadOnlyList<string>? StreamIds)
    : HubMessage(Encoding)
{
    /// <summary>How many arguments there are, shown or not.</summary>
    public int ArgumentCount { get; init; } = Arguments.Count;

    /// <inheritdoc/>
    public override int Type => 1;

    /// <inheritdoc/>
    public override string Kind => "invocation";

    /// <inheritdoc/>
    public override string Summary => HubMessageText.Call(Target, Arguments, InvocationId);
}

/// <summary>Type 2.</summary>
public sealed record StreamItemMessage(string Encoding, string InvocationId, string Item) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 2;

    /// <inheritdoc/>
    public override string Kind => "streamItem";

    /// <inheritdoc/>
    public override string Summary => $"item of {PrintableText.OneLine(InvocationId, 40)}: {PrintableText.OneLine(JsonText.WithPairs(Item), 120)}";
}

/// <summary>Type 3: the answer to an invocation, or the end of a stream.</summary>
/// <param name="Encoding"><inheritdoc/></param>
/// <param name="InvocationId">Which invocation.</param>
/// <param name="Error">Why it failed, if it did.</param>
/// <param name="Result">The result as JSON text, if it had one.</param>
public sealed record CompletionMessage(string Encoding, string InvocationId, string? Error, string? Result) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 3;

    /// <inheritdoc/>
    public override string Kind => "completion";

    /// <inheritdoc/>
    public override string Summary => $"of {PrintableText.OneLine(InvocationId, 40)}"
        + (Error is not null ? $" failed: {PrintableText.OneLine(Error, 120)}"
            : Result is not null ? $": {PrintableText.OneLine(JsonText.WithPairs(Result), 120)}" : ", no result");
}

/// <summary>Type 4: an invocation that is answered with a stream.</summary>
public sealed record StreamInvocationMessage(
    string Encoding, string InvocationId, string Target, IReadOnlyList<string> Arguments, IReadOnlyList<string>? StreamIds)
    : HubMessage(Encoding)
{
    /// <summary>How many arguments there are, shown or not.</summary>
    public int ArgumentCount { get; init; } = Arguments.Count;

    /// <inheritdoc/>
    public override int Type => 4;

    /// <inheritdoc/>
    public override string Kind => "streamInvocation";

    /// <inheritdoc/>
    public override string Summary => HubMessageText.Call(Target, Arguments, InvocationId);
}

/// <summary>Type 5.</summary>
public sealed record CancelInvocationMessage(string Encoding, string InvocationId) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 5;

    /// <inheritdoc/>
    public override string Kind => "cancelInvocation";

    /// <inheritdoc/>
    public override string Summary => $"of {PrintableText.OneLine(InvocationId, 40)}";
}

/// <summary>Type 6: keep-alive.</summary>
public sealed record PingMessage(string Encoding) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 6;

    /// <inheritdoc/>
    public override string Kind => "ping";

    /// <inheritdoc/>
    public override string Summary => "keep-alive";
}

/// <summary>Type 7: the reason that the WebSocket's close code does not tell.</summary>
public sealed record CloseMessage(string Encoding, string? Error, bool AllowReconnect) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 7;

    /// <inheritdoc/>
    public override string Kind => "close";

    /// <inheritdoc/>
    public override string Summary => (Error is null ? "without an error" : $"error: {PrintableText.OneLine(Error, 160)}")
        + (AllowReconnect ? ", reconnect allowed" : "");
}

/// <summary>Type 8: stateful reconnect, the last message received.</summary>
public sealed record AckMessage(string Encoding, long SequenceId) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 8;

    /// <inheritdoc/>
    public override string Kind => "ack";

    /// <inheritdoc/>
    public override string Summary => $"up to {SequenceId}";
}

/// <summary>Type 9: stateful reconnect, the first message sent again.</summary>
public sealed record SequenceMessage(string Encoding, long SequenceId) : HubMessage(Encoding)
{
    /// <inheritdoc/>
    public override int Type => 9;

    /// <inheritdoc/>
    public override string Kind => "sequence";

    /// <inheritdoc/>
    public override string Summary => $"from {SequenceId}";
}

internal static class HubMessageText
{
    public static string Call(string target, IReadOnlyList<string> arguments, string? invocationId) =>
        PrintableText.OneLine($"{target}({JsonText.WithPairs(string.Join(", ", arguments))})", 160) + (invocationId is null ? "" : $" #{PrintableText.OneLine(invocationId, 40)}");
}
