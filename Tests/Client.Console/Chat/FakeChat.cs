using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.SignalR;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Tests.Client.Chat;

/// <summary>A chat in memory, whose links break when a test says so, and whose answers a test can hold back or refuse.</summary>
internal sealed class FakeChat : IChatLinks
{
    private readonly Lock gate = new();

    public List<ChatMessage> Stored { get; } = [];

    /// <summary>Every call of PostMessage, in order: the link's number and the text.</summary>
    public List<(int Link, string Id, string Text)> Posts { get; } = [];

    /// <summary>Every call of ReadMissed: after which number.</summary>
    public List<long> Missed { get; } = [];

    public FakeLink Latest { get; private set; } = null!;

    public int Opened { get; private set; }

    /// <summary>What opening a link fails with; null: it succeeds.</summary>
    public Func<int, ServerTrouble?> Refuses { get; set; } = _ => null;

    /// <summary>What a call of PostMessage fails with, by how many came before; null: it is stored.</summary>
    public Func<int, string?> PostFails { get; set; } = _ => null;

    /// <summary>What joining a room fails with; null: it succeeds.</summary>
    public Func<string, string?> JoinFails { get; set; } = _ => null;

    /// <summary>Whether what is posted is told to the room.</summary>
    public bool Tells { get; set; } = true;

    /// <summary>Whether posts are answered at all.</summary>
    public bool Answers { get; set; } = true;

    public Task<IChatLink> Open(IChatClient client, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (Refuses(Opened) is { } trouble)
            {
                Opened++;
                return Task.FromException<IChatLink>(trouble);
            }

            Latest = new FakeLink(this, client, ++Opened);
            return Task.FromResult<IChatLink>(Latest);
        }
    }

    public ChatMessage Store(string text, Guid? id = null)
    {
        lock (gate)
        {
            var message = new ChatMessage("lobby", Stored.Count + 1, id ?? Guid.CreateVersion7(), "bob", text, DateTime.UnixEpoch);
            Stored.Add(message);
            return message;
        }
    }

    private List<ChatMessage> After(long number)
    {
        lock (gate) return [.. Stored.Where(message => message.Number > number)];
    }

    private async Task<PostReceipt> Post(FakeLink link, string id, string text)
    {
        ChatMessage? stored;
        bool duplicate;
        lock (gate)
        {
            var refusal = PostFails(Posts.Count);
            Posts.Add((link.Number, id, text));
            if (refusal is not null) throw new HubException(refusal);
            stored = Stored.Find(message => message.Id == Guid.Parse(id));
            duplicate = stored is not null;
            stored ??= Store(text, Guid.Parse(id));
        }

        if (Tells && !duplicate) await link.Client.MessagePosted(stored);
        if (!Answers) await Task.WhenAny(link.Ended).Unwrap().ContinueWith<PostReceipt>(_ => throw new IOException("The link is gone."), TaskScheduler.Default);
        return new PostReceipt("lobby", stored.Id, stored.Number, stored.PostedAt, duplicate);
    }

    internal sealed class FakeLink(FakeChat chat, IChatClient client, int number) : IChatLink
    {
        private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Number => number;

        public IChatClient Client => client;

        public Task<string> Ended => ended.Task;

        public void Break(string reason = "The connection broke.") => ended.TrySetResult(reason);

        public Task<RoomState> JoinRoom(string room, long? after)
        {
            if (chat.JoinFails(room) is { } refusal) throw new HubException(refusal);
            var messages = chat.After(after ?? 0);
            return Task.FromResult(new RoomState(room, ["ada"], messages, messages.Count > 0 ? messages[^1].Number : chat.Stored.Count, HasMore: false));
        }

        public Task LeaveRoom(string room) => Task.CompletedTask;

        public Task<PostReceipt> PostMessage(string room, string id, string text) => chat.Post(this, id, text);

        public Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit) => Task.FromResult<IReadOnlyList<ChatMessage>>([]);

        public Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit)
        {
            lock (chat.gate) chat.Missed.Add(after);
            return Task.FromResult<IReadOnlyList<ChatMessage>>(chat.After(after));
        }

        public Task<IReadOnlyList<RoomSummary>> ListRooms() => Task.FromResult<IReadOnlyList<RoomSummary>>([]);

        public Task SetTyping(string room, bool isTyping) => Task.CompletedTask;

        public async IAsyncEnumerable<ServerVitals> WatchVitals(int interval, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask DisposeAsync()
        {
            Break("Left.");
            return ValueTask.CompletedTask;
        }
    }
}
