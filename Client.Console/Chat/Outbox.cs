using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>
/// Posts in the order they were written. Those that a lost link left without an answer go again, in the same order and with the same ids.
/// Up to <see cref="Window"/> are under way at a time, as long as that can't change their order: were one refused as too fast while the next is
/// accepted, it would. So a long stream goes one by one, and so does everything once the server has said "not now". Used by one thread.
/// </summary>
/// <param name="clock">Measures pauses.</param>
/// <param name="patience">How long "not now" is taken for an answer before the post fails.</param>
internal sealed class Outbox(TimeProvider clock, TimeSpan patience)
{
    public const int Window = 32;

    /// <summary>Posts in a row that may be under way together; half of what the server takes at once by default.</summary>
    public const int Burst = 250;

    /// <summary>How much of the burst comes back each second; half of the server's default rate.</summary>
    public const int BurstPerSecond = 25;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly List<PendingPost> _posts = [];
    private bool _isOneByOne;
    private double _burst = Burst;
    private DateTimeOffset _burstAt = clock.GetUtcNow();
    private TimeSpan _pause = ShortestPause;
    private DateTimeOffset? _resumeAt;

    public bool IsEmpty => _posts.Count == 0;

    /// <summary>When <see cref="Send"/> has to be called again, if nothing else happens before.</summary>
    public DateTimeOffset? ResumeAt => _resumeAt;

    public void Add(PendingPost post) => _posts.Add(post);

    /// <summary>Sends what may go now.</summary>
    /// <param name="hub">Takes the posts.</param>
    /// <param name="isReady">Whether a room's posts may go; the first that may not holds back those behind it.</param>
    /// <param name="answered">Called, on any thread, when a call has its answer.</param>
    public void Send(IChatHub hub, Func<string, bool> isReady, Action answered)
    {
        var underWay = _posts.Count(post => post.Call is not null);
        if (_resumeAt is { } resumeAt)
        {
            if (underWay > 0 || clock.GetUtcNow() < resumeAt) return;
            _resumeAt = null;
        }

        RefillBurst();
        foreach (var post in _posts)
        {
            if (post.Call is not null) continue;
            if (underWay >= (_isOneByOne || _burst < 1 ? 1 : Window) || !isReady(post.Room)) return;
            _burst = Math.Max(0, _burst - 1);
            post.Call = hub.PostMessage(post.Room, post.Id.ToString(), post.Text);
            _ = post.Call.ContinueWith(_ => answered(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            underWay++;
        }
    }

    /// <summary>Takes the answers that have come. Calls that a lost link broke off stay, to be sent again.</summary>
    /// <returns>The posts that are settled now, and how.</returns>
    public IReadOnlyList<(PendingPost Post, PostOutcome Outcome)> TakeAnswers()
    {
        List<(PendingPost, PostOutcome)> settled = [];
        foreach (var post in _posts)
            if (post.Call is { IsCompleted: true } call && Read(post, call) is { } outcome) settled.Add((post, outcome));
        Remove(settled);
        return settled;
    }

    /// <summary>The link is gone: whatever has no answer is to be sent again.</summary>
    public void LinkLost()
    {
        foreach (var post in _posts) post.Call = null;
        _isOneByOne = false;
        _resumeAt = null;
    }

    /// <summary>Gives up every post that <paramref name="which"/> selects.</summary>
    public IReadOnlyList<(PendingPost Post, PostOutcome Outcome)> Fail(Func<PendingPost, bool> which, ChatRefusal why)
    {
        List<(PendingPost Post, PostOutcome)> failed = [.. _posts.Where(which).Select(post => (post, new PostOutcome(null, why)))];
        Remove(failed);
        return failed;
    }

    private PostOutcome? Read(PendingPost post, Task<PostReceipt> call)
    {
        if (call.IsCompletedSuccessfully)
        {
            _pause = ShortestPause;
            return new PostOutcome(call.Result, null);
        }

        // Anything but the chat's own refusal means that the link is going: the post stays until the next link.
        if (call.Exception?.InnerException is not HubException refused) return null;
        var refusal = ChatRefusal.Parse(refused.Message);
        post.PutOffSince ??= clock.GetUtcNow();
        if (!refusal.IsPassing || clock.GetUtcNow() - post.PutOffSince >= patience) return new PostOutcome(null, refusal);

        post.Call = null;
        _isOneByOne = true;
        _resumeAt = clock.GetUtcNow() + _pause;
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        return null;
    }

    private void RefillBurst()
    {
        var now = clock.GetUtcNow();
        _burst = Math.Min(Burst, _burst + ((now - _burstAt).TotalSeconds * BurstPerSecond));
        _burstAt = now;
    }

    private void Remove(List<(PendingPost Post, PostOutcome Outcome)> settled)
    {
        if (settled.Count == 0) return;
        var gone = settled.Select(each => each.Post).ToHashSet();
        _posts.RemoveAll(gone.Contains);
        foreach (var (post, outcome) in settled) post.Settle(outcome);
    }
}
