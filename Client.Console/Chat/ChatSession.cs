using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat;

/// <summary>
/// One user's stay in a chat, over as many links as it takes: joins rooms, hands out their messages in order and each once, posts in order,
/// and after a lost link comes back, reads what it missed and posts again what was not acknowledged. Knows no terminal.
/// <code>
/// opening --ok--> online (join rooms, catch up, post) --link ended--> waiting --time--> opening
///    \--failed--> waiting, or over: refused for good, or out of patience
/// </code>
/// Everything happens on the one loop of <see cref="Run"/>; the other methods may be called from any thread.
/// </summary>
internal sealed class ChatSession : IDisposable
{
    /// <summary>A server that says when to come back gets its clients within this time after it.</summary>
    private static readonly TimeSpan RestartJitter = TimeSpan.FromSeconds(1);

    /// <summary>How long the server gets to take leave.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(3);

    private readonly IChatLinks _links;
    private readonly IChatObserver _observer;
    private readonly ChatSessionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Alarm _alarm;
    private readonly Backoff _backoff;
    private readonly Outbox _outbox;
    private readonly RoomKeeper _rooms;
    private readonly SemaphoreSlim _places;
    private readonly Channel<Action> _requests;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TaskCompletionSource> _waitForCatchUp = [];

    private volatile IChatLink? _link;
    private Task<IChatLink>? _opening;
    private Inbox _inbox;
    private SessionState? _state;
    private bool _wasOnline;
    private bool _closing;
    private DateTimeOffset? _retryAt;
    private DateTimeOffset _offlineSince;
    private ITimer? _patience;

    public ChatSession(IChatLinks links, IChatObserver observer, ChatSessionOptions options, TimeProvider clock, Random random)
    {
        (_links, _observer, _options, _clock) = (links, observer, options, clock);
        _alarm = new Alarm(clock);
        _backoff = new Backoff(random);
        _outbox = new Outbox(clock, options.PostPatience);
        _rooms = new RoomKeeper(observer, clock);
        _inbox = new Inbox(_alarm.Ring);
        _places = new SemaphoreSlim(options.MostPosts, options.MostPosts);
        _requests = Channel.CreateBounded<Action>(new BoundedChannelOptions(options.MostPosts + 64) { SingleReader = true });
    }

    /// <summary>Connects and stays connected until <see cref="Close"/>.</summary>
    /// <exception cref="ChatFailure">Refused for good, or out of patience.</exception>
    /// <exception cref="OperationCanceledException">Given up by the caller.</exception>
    public async Task Run(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        _offlineSince = _clock.GetUtcNow();
        try
        {
            while (await Turn(stop.Token)) await _alarm.Wait(NextDue(), stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Close ran out of patience: what is unanswered is reported below.
        }
        finally
        {
            await End(stop);
        }
    }

    public void Join(string room) => Request(() => _rooms.Add(room));

    /// <summary>Leaves a room; its posts that are still on their way fail.</summary>
    public void Leave(string room) => Request(() =>
    {
        if (!_rooms.Remove(room)) return;
        Report(_outbox.Fail(post => post.Room == room && post.Call is null, new ChatRefusal(ChatErrorCodes.NotInRoom, $"You left {room} before it was sent.")));
        if (_link is { } link) _ = Quietly(link.LeaveRoom(room));
    });

    /// <summary>Posts to a room that was joined; waits while too many posts wait for their receipts.</summary>
    public async Task<PendingPost> Post(string room, string text, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        return Enqueue(new PendingPost(room, text));
    }

    /// <summary>Posts, or returns null when too many posts wait for their receipts.</summary>
    public PendingPost? TryPost(string room, string text) => _places.Wait(0) ? Enqueue(new PendingPost(room, text)) : null;

    /// <summary>Asks the hub something, outside the order of messages and posts.</summary>
    /// <exception cref="ChatFailure">Not connected, refused, or the link was lost meanwhile.</exception>
    public async Task<T> Ask<T>(Func<IChatHub, Task<T>> question)
    {
        if (_link is not { } link) throw new ChatFailure("Not connected right now; try again in a moment.");
        try
        {
            return await question(link);
        }
        catch (HubException refused)
        {
            throw new ChatFailure(ChatRefusal.Parse(refused.Message).Sentence, refused);
        }
        catch (Exception trouble) when (trouble is not ChatFailure)
        {
            throw new ChatFailure("The connection was lost before the answer came.", trouble);
        }
    }

    /// <summary>Says that the user types, or no longer does; of no consequence when it fails.</summary>
    public void SetTyping(string room, bool isTyping)
    {
        if (_link is { } link) _ = Quietly(link.SetTyping(room, isTyping));
    }

    /// <summary>Completes when every message that is known to exist has been handed out.</summary>
    public Task CaughtUp()
    {
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!Request(() => _waitForCatchUp.Add(caughtUp))) caughtUp.TrySetResult();
        return caughtUp.Task;
    }

    /// <summary>Ends the session when every post has its answer, at the latest after <paramref name="patience"/>.</summary>
    public void Close(TimeSpan patience)
    {
        if (patience > TimeSpan.Zero) _patience ??= _clock.CreateTimer(_ => CancelQuietly(), null, patience, Timeout.InfiniteTimeSpan);
        if (!Request(() => _closing = true) || patience <= TimeSpan.Zero) CancelQuietly();
    }

    public void Dispose()
    {
        _alarm.Dispose();
        _patience?.Dispose();
        _stop.Dispose();
        _places.Dispose();
    }

    private PendingPost Enqueue(PendingPost post)
    {
        if (!Request(() => Accept(post))) post.Settle(new PostOutcome(null, new ChatRefusal("", "The chat has ended.")));
        return post;
    }

    private void Accept(PendingPost post)
    {
        _outbox.Add(post);
        if (!_rooms.Has(post.Room)) Report(_outbox.Fail(each => each == post, new ChatRefusal(ChatErrorCodes.NotInRoom, $"Join {post.Room} first.")));
    }

    private bool Request(Action request)
    {
        var accepted = _requests.Writer.TryWrite(request);
        _alarm.Ring();
        return accepted;
    }

    /// <returns>False when the session is over.</returns>
    private async Task<bool> Turn(CancellationToken cancellationToken)
    {
        while (_requests.Reader.TryRead(out var request)) request();
        if (_opening is { IsCompleted: true } opened) await TakeLink(opened);
        if (_link is { } link)
        {
            if (!link.Ended.IsCompleted) await WorkOnline(link, cancellationToken);
            if (link.Ended.IsCompleted) await LoseLink(link, await link.Ended);
        }

        if (_link is null && _opening is null && (_retryAt is null || _clock.GetUtcNow() >= _retryAt)) BeginOpening(cancellationToken);
        return !(_closing && _outbox.IsEmpty);
    }

    private void BeginOpening(CancellationToken cancellationToken)
    {
        Become(new SessionState.Connecting(_wasOnline));
        _retryAt = null;
        _inbox = new Inbox(_alarm.Ring);
        _opening = _links.Open(_inbox, cancellationToken);
        _ = _opening.ContinueWith(_ => _alarm.Ring(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task TakeLink(Task<IChatLink> opened)
    {
        _opening = null;
        try
        {
            var link = await opened;
            _rooms.LinkChanged();
            _link = link;
            _ = link.Ended.ContinueWith(_ => _alarm.Ring(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
        catch (ServerTrouble trouble)
        {
            // Once it was well, a proxy's passing 404 is no reason to give up; a refusal of this user is.
            if (trouble.IsLasting && (!_wasOnline || trouble.Status is 400 or 401 or 403 or 409)) throw new ChatFailure(trouble.Message, trouble);
            ScheduleRetry(trouble.Message, _backoff.Next());
        }
    }

    private async Task WorkOnline(IChatLink link, CancellationToken cancellationToken)
    {
        try
        {
            _rooms.Take(_inbox);
            await _rooms.JoinAndCatchUp(link, cancellationToken);
            _rooms.Take(_inbox);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _observer.Diagnostic($"A call failed with its link: {trouble.Message}");
            await LoseLink(link, "The connection was lost.");
            return;
        }

        Report(_outbox.TakeAnswers());
        Report(_outbox.Fail(post => !_rooms.Has(post.Room), new ChatRefusal(ChatErrorCodes.NotInRoom, "The room could not be joined.")));
        _outbox.Send(link, _rooms.IsIn, _alarm.Ring);
        if (_rooms.AreSettled) BecomeOnline();
        if (_rooms.HaveGap) return;
        foreach (var waiting in _waitForCatchUp) waiting.TrySetResult();
        _waitForCatchUp.Clear();
    }

    private async Task LoseLink(IChatLink link, string reason)
    {
        if (_link is null) return;
        _rooms.Take(_inbox);
        Report(_outbox.TakeAnswers());
        _link = null;
        _outbox.LinkLost();
        await Quietly(link.DisposeAsync().AsTask());
        // Sent away, such as by a sign-out elsewhere: to come back as a new guest of the same name is not what anybody asked for.
        if (ChatRefusal.Parse(reason) is { Code: ChatErrorCodes.NotAllowed } refusal) throw new ChatFailure(refusal.Sentence);
        _offlineSince = _clock.GetUtcNow();
        if (_inbox.ReconnectAfter is { } after) ScheduleRetry("The server is restarting.", after + Shorter(_backoff.Next(), RestartJitter));
        else ScheduleRetry(reason, _backoff.Next());
    }

    private void ScheduleRetry(string reason, TimeSpan delay)
    {
        var now = _clock.GetUtcNow();
        if ((_wasOnline ? _options.Patience : _options.FirstPatience) is { } patience)
        {
            var left = patience - (now - _offlineSince);
            if (left <= TimeSpan.Zero) throw new ChatFailure(reason);
            delay = Shorter(delay, left);
        }

        _retryAt = now + delay;
        Become(new SessionState.Waiting(reason, now + delay, _wasOnline));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void BecomeOnline()
    {
        if (_state is SessionState.Online) return;
        Become(new SessionState.Online(_wasOnline));
        _wasOnline = true;
        _backoff.Reset();
    }

    private void Become(SessionState state)
    {
        _state = state;
        _observer.StateChanged(state);
    }

    private void Report(IReadOnlyList<(PendingPost Post, PostOutcome Outcome)> settled)
    {
        foreach (var (post, outcome) in settled)
        {
            _places.Release();
            if (outcome.Receipt is { } receipt) _rooms.Notice(receipt);
            _observer.PostSettled(post, outcome);
        }
    }

    private DateTimeOffset? NextDue()
    {
        if (_link is null) return _opening is null ? _retryAt : null;
        return (_rooms.NextDue, _outbox.ResumeAt) switch
        {
            ({ } rooms, { } outbox) => rooms < outbox ? rooms : outbox,
            var (rooms, outbox) => rooms ?? outbox,
        };
    }

    private async Task End(CancellationTokenSource stop)
    {
        _requests.Writer.TryComplete();
        while (_requests.Reader.TryRead(out var request)) request();
        await stop.CancelAsync();
        if (_opening is { } opening) await Quietly(DisposeOpened(opening));
        if (_link is { } link)
        {
            Report(_outbox.TakeAnswers());
            _link = null;
            await Quietly(link.DisposeAsync().AsTask().WaitAsync(Farewell, _clock));
        }

        Report(_outbox.Fail(_ => true, new ChatRefusal("", "No receipt came.")));
        foreach (var waiting in _waitForCatchUp) waiting.TrySetResult();
    }

    private static async Task DisposeOpened(Task<IChatLink> opening) => await (await opening).DisposeAsync();

    private static async Task Quietly(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception)
        {
            // The link is on its way out, or the call was a courtesy; nobody waits for its result.
        }
    }

    private void CancelQuietly()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session ended by itself before its patience did.
        }
    }
}
