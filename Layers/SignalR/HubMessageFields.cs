namespace RealtimeHello.Layers.SignalR;

/// <summary>The fields of a hub message, as one of the encodings carried them, before it is known what they make.</summary>
internal sealed class HubMessageFields(string encoding)
{
    private List<string>? arguments;

    public long? Type { get; set; }

    public List<KeyValuePair<string, string>>? Headers { get; set; }

    public string? InvocationId { get; set; }

    public string? Target { get; set; }

    /// <summary>As many as are shown; null when there was no such field.</summary>
    public List<string>? Arguments
    {
        get => arguments;
        set
        {
            arguments = value;
            ArgumentCount = value?.Count ?? 0;
        }
    }

    public int ArgumentCount { get; set; }

    public List<string>? StreamIds { get; set; }

    /// <summary>As JSON text.</summary>
    public string? Item { get; set; }

    /// <summary>As JSON text.</summary>
    public string? Result { get; set; }

    public string? Error { get; set; }

    public bool AllowReconnect { get; set; }

    public long? SequenceId { get; set; }

    /// <summary>The hub message that they make, or the fault why they make none.</summary>
    public LayerDetail ToDetail() => Problem is { } problem
        ? Fault(problem)
        : Type switch
        {
            1 => new InvocationMessage(encoding, InvocationId, Target!, Arguments!, StreamIds) { Headers = Headers, ArgumentCount = ArgumentCount },
            2 => new StreamItemMessage(encoding, InvocationId!, Item!) { Headers = Headers },
            3 => new CompletionMessage(encoding, InvocationId!, Error, Result) { Headers = Headers },
            4 => new StreamInvocationMessage(encoding, InvocationId!, Target!, Arguments!, StreamIds) { Headers = Headers, ArgumentCount = ArgumentCount },
            5 => new CancelInvocationMessage(encoding, InvocationId!) { Headers = Headers },
            6 => new PingMessage(encoding),
            7 => new CloseMessage(encoding, Error, AllowReconnect),
            8 => new AckMessage(encoding, SequenceId!.Value),
            _ => new SequenceMessage(encoding, SequenceId!.Value),
        };

    public static DecodeFault Fault(string reason) => new(Layer.SignalR, "SignalR hub protocol", reason);

    private string? Problem => Type switch
    {
        null => "A hub message has no type.",
        < 1 or > 9 => $"Hub message type {Type} is not known.",
        2 or 3 or 4 or 5 when InvocationId is null => Missing("invocationId"),
        1 or 4 when string.IsNullOrEmpty(Target) => Missing("target"),
        1 or 4 when Arguments is null => Missing("arguments"),
        2 when Item is null => Missing("item"),
        3 when Error is not null && Result is not null => "A completion has both an error and a result.",
        8 or 9 when SequenceId is null => Missing("sequenceId"),
        _ => null,
    };

    private string Missing(string field) => $"A hub message of type {Type} has no {field}.";
}
