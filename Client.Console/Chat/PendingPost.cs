using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>A message on its way. Its id stays the same however often it is sent, so that the server stores it once.</summary>
internal sealed class PendingPost(string room, string text)
{
    private readonly TaskCompletionSource<PostOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>UUID version 7.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Room => room;

    public string Text => text;

    /// <summary>Completes once, never faults.</summary>
    public Task<PostOutcome> Outcome => _outcome.Task;

    /// <summary>The call that is under way; null before it is sent, and again when the link was lost.</summary>
    public Task<PostReceipt>? Call { get; set; }

    /// <summary>When the server first said "not now".</summary>
    public DateTimeOffset? PutOffSince { get; set; }

    public void Settle(PostOutcome outcome) => _outcome.TrySetResult(outcome);
}

/// <summary>What became of a post: a receipt, or the reason why there is none.</summary>
/// <param name="Receipt">Null when it failed.</param>
/// <param name="Refusal">Null when it was acknowledged.</param>
internal sealed record PostOutcome(PostReceipt? Receipt, ChatRefusal? Refusal)
{
    public bool IsAcknowledged => Receipt is not null;
}
