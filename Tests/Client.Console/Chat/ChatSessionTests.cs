using System.Threading.Channels;
using RealtimeHello.Client.Accounts;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Tests.Client.Chat;

public sealed class ChatSessionTests
{
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(30);

    private readonly FakeChat chat = new();
    private readonly Heard heard = new();

    [Fact]
    public async Task Posts_that_a_lost_link_left_unanswered_go_again_in_order_and_are_stored_once()
    {
        using var session = Session();
        var running = await Online(session);
        chat.Answers = false;
        var posts = new List<PendingPost>();
        foreach (var text in new[] { "one", "two", "three" }) posts.Add(await session.Post("lobby", text, TestContext.Current.CancellationToken));
        await heard.Messages(3);
        chat.Answers = true;
        chat.Latest.Break();

        foreach (var post in posts) (await post.Outcome.WaitAsync(patience, TestContext.Current.CancellationToken)).Receipt!.Duplicate.Should().BeTrue();
        await End(session, running);

        chat.Stored.Select(message => message.Text).Should().Equal("one", "two", "three");
        chat.Posts.Select(post => (post.Link, post.Text)).Should().Equal((1, "one"), (1, "two"), (1, "three"), (2, "one"), (2, "two"), (2, "three"));
        chat.Posts.Select(post => post.Id).Distinct().Should().HaveCount(3);
        heard.Delivered.Should().Equal(1, 2, 3);
    }

    [Theory]
    [InlineData(ChatErrorCodes.TooFast)]
    [InlineData(ChatErrorCodes.Unavailable)]
    public async Task Not_now_is_asked_again_later_and_the_order_stays(string code)
    {
        using var session = Session();
        var running = await Online(session);
        chat.PostFails = before => before < 2 ? $"{code}: Not now." : null;

        var posts = new List<PendingPost>();
        foreach (var text in new[] { "one", "two", "three" }) posts.Add(await session.Post("lobby", text, TestContext.Current.CancellationToken));
        await End(session, running);

        posts.Should().OnlyContain(post => post.Outcome.Result.IsAcknowledged);
        // Those that were under way together with the refused one may have come before it: they are sent one by one from then on.
        chat.Stored.Select(message => message.Text).Should().BeEquivalentTo("one", "two", "three");
    }

    [Fact]
    public async Task A_post_that_is_refused_fails_alone()
    {
        using var session = Session();
        var running = session.Run(TestContext.Current.CancellationToken);
        session.Join("lobby");
        chat.PostFails = before => before == 0 ? "HubException: bad_text: That is no text." : null;
        var bad = await session.Post("lobby", "bad", TestContext.Current.CancellationToken);
        var good = await session.Post("lobby", "good", TestContext.Current.CancellationToken);
        await End(session, running);

        (await bad.Outcome).Refusal.Should().Be(new ChatRefusal(ChatErrorCodes.BadText, "That is no text."));
        (await good.Outcome).IsAcknowledged.Should().BeTrue();
    }

    [Fact]
    public async Task A_gap_is_read_when_it_does_not_close_by_itself()
    {
        using var session = Session();
        var running = await Online(session);
        for (var i = 1; i <= 3; i++) chat.Store($"text {i}");
        await chat.Latest.Client.MessagePosted(chat.Stored[2]);
        await chat.Latest.Client.MessagePosted(chat.Stored[2]);

        await heard.Messages(3);
        heard.Delivered.Should().Equal(1, 2, 3);
        chat.Missed.Should().Equal(0);
        await End(session, running);
    }

    [Fact]
    public async Task What_was_missed_while_away_is_handed_out_behind_the_reconnect()
    {
        chat.Store("before");
        using var session = Session();
        var running = await Online(session);
        chat.Store("missed 2");
        chat.Store("missed 3");
        chat.Latest.Break("A cable was pulled.");

        await heard.Messages(2);
        heard.Delivered.Should().Equal(2, 3);
        heard.States.OfType<SessionState.Waiting>().Should().ContainSingle().Which.Reason.Should().Be("A cable was pulled.");
        await End(session, running);
    }

    [Fact]
    public async Task A_server_that_lost_what_it_stored_begins_the_room_anew()
    {
        for (var i = 0; i < 5; i++) chat.Store("old");
        using var session = Session();
        var running = await Online(session);
        chat.Stored.Clear();
        chat.Latest.Break();
        await heard.Until(() => heard.BeganAnew.Count == 1);
        await chat.Latest.Client.MessagePosted(chat.Store("new"));

        await heard.Messages(1);
        heard.Delivered.Should().Equal(1);
        await End(session, running);
    }

    [Fact]
    public async Task A_server_that_restarts_is_given_the_time_it_asked_for()
    {
        using var session = Session();
        var running = await Online(session);
        await chat.Latest.Client.ServerStopping(new ServerStop(ReconnectAfterMs: 700));
        var before = TimeProvider.System.GetUtcNow();
        chat.Latest.Break();
        await heard.Until(() => heard.States.OfType<SessionState.Online>().Count() == 2);

        (TimeProvider.System.GetUtcNow() - before).Should().BeGreaterThan(TimeSpan.FromMilliseconds(700));
        heard.States.OfType<SessionState.Waiting>().Should().ContainSingle().Which.Reason.Should().Be("The server is restarting.");
        await End(session, running);
    }

    [Fact]
    public async Task A_passing_trouble_is_tried_again_and_a_lasting_one_ends_it()
    {
        chat.Refuses = attempt => attempt switch
        {
            0 => new ServerTrouble("Nobody listens.", isLasting: false),
            1 => null,
            2 => new ServerTrouble("A proxy has no such path.", isLasting: true) { Status = 404 },
            _ => new ServerTrouble("You may not.", isLasting: true) { Status = 403 },
        };
        using var session = Session();
        session.Join("lobby");
        var running = session.Run(TestContext.Current.CancellationToken);
        await heard.State<SessionState.Online>();
        chat.Latest.Break();

        (await FluentActions.Awaiting(() => running.WaitAsync(patience, TestContext.Current.CancellationToken)).Should().ThrowAsync<ChatFailure>()).WithMessage("You may not.");
        heard.States.OfType<SessionState.Waiting>().Select(waiting => waiting.Reason).Should().Equal("Nobody listens.", "The connection broke.", "A proxy has no such path.");
    }

    [Fact]
    public async Task Whoever_is_sent_away_does_not_come_back()
    {
        using var session = Session();
        var running = await Online(session);
        chat.Latest.Break("The server closed the connection with the following error: Connection closed with an error. HubException: not_allowed: You signed out.");

        (await FluentActions.Awaiting(() => running.WaitAsync(patience, TestContext.Current.CancellationToken)).Should().ThrowAsync<ChatFailure>()).WithMessage("You signed out.");
        heard.States.OfType<SessionState.Waiting>().Should().BeEmpty();
    }

    [Fact]
    public async Task Without_patience_the_first_trouble_ends_it()
    {
        chat.Refuses = _ => new ServerTrouble("Nobody listens.", isLasting: false);
        using var session = Session(new ChatSessionOptions());
        await FluentActions.Awaiting(() => session.Run(TestContext.Current.CancellationToken)).Should().ThrowAsync<ChatFailure>().WithMessage("Nobody listens.");
    }

    [Fact]
    public async Task What_has_no_receipt_when_patience_ends_is_said_to_have_none()
    {
        chat.Answers = false;
        using var session = Session();
        var running = await Online(session);
        var post = await session.Post("lobby", "lost", TestContext.Current.CancellationToken);
        await heard.Messages(1);
        session.Close(TimeSpan.FromMilliseconds(100));
        await running.WaitAsync(patience, TestContext.Current.CancellationToken);

        (await post.Outcome).Refusal!.Sentence.Should().Be("No receipt came.");
    }

    [Fact]
    public async Task A_room_that_may_not_be_joined_fails_its_posts()
    {
        chat.JoinFails = _ => "not_allowed: The room is closed.";
        using var session = Session();
        var running = session.Run(TestContext.Current.CancellationToken);
        session.Join("lobby");
        var post = await session.Post("lobby", "hello", TestContext.Current.CancellationToken);

        (await post.Outcome.WaitAsync(patience, TestContext.Current.CancellationToken)).Refusal!.Code.Should().Be(ChatErrorCodes.NotInRoom);
        heard.Refused.Should().ContainSingle().Which.Sentence.Should().Be("The room is closed.");
        await End(session, running);
    }

    [Fact]
    public async Task Posts_that_wait_are_bounded()
    {
        chat.Answers = false;
        using var session = Session(new ChatSessionOptions { MostPosts = 3, FirstPatience = null });
        var running = session.Run(TestContext.Current.CancellationToken);
        session.Join("lobby");
        for (var i = 0; i < 3; i++) session.TryPost("lobby", $"{i}").Should().NotBeNull();
        session.TryPost("lobby", "one too many").Should().BeNull();
        session.Close(TimeSpan.Zero);
        await running.WaitAsync(patience, TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a session until it is in the lobby.</summary>
    /// <returns>The run.</returns>
    private async Task<Task> Online(ChatSession session)
    {
        // Asked for first: a session that has no room yet is online without one.
        session.Join("lobby");
        var running = session.Run(TestContext.Current.CancellationToken);
        await heard.State<SessionState.Online>();
        return running;
    }

    private static async Task End(ChatSession session, Task running)
    {
        session.Close(patience);
        await running.WaitAsync(patience, TestContext.Current.CancellationToken);
    }

    private ChatSession Session(ChatSessionOptions? options = null) => new(chat, heard, options ?? new ChatSessionOptions { FirstPatience = null }, TimeProvider.System, new Quick());

    /// <summary>Waits no longer than it must.</summary>
    private sealed class Quick : Random
    {
        public override double NextDouble() => 0;
    }

    /// <summary>What a session told, which comes from one thread.</summary>
    private sealed class Heard : IChatObserver
    {
        private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private readonly Lock gate = new();
        private readonly List<SessionState> states = [];
        private readonly List<long> delivered = [];

        public IReadOnlyList<SessionState> States
        {
            get
            {
                lock (gate) return [.. states];
            }
        }

        public IReadOnlyList<long> Delivered
        {
            get
            {
                lock (gate) return [.. delivered];
            }
        }

        public List<RoomState> BeganAnew { get; } = [];

        public List<ChatRefusal> Refused { get; } = [];

        public Task State<T>() where T : SessionState => Until(() => States.OfType<T>().Any());

        public Task Messages(int count) => Until(() => Delivered.Count >= count);

        public async Task Until(Func<bool> holds)
        {
            using var limit = new CancellationTokenSource(patience);
            while (!holds()) await bell.Reader.ReadAsync(limit.Token);
        }

        public void StateChanged(SessionState state) => Note(() => states.Add(state));

        public void RoomJoined(RoomState room) => Note(() => { });

        public void JoinRefused(string room, ChatRefusal refusal) => Note(() => Refused.Add(refusal));

        public void RoomBeganAnew(RoomState room) => Note(() => BeganAnew.Add(room));

        public void MessageReceived(ChatMessage message) => Note(() => delivered.Add(message.Number));

        public void MembersRead(string room, IReadOnlyList<string> members) => Note(() => { });

        public void MemberChanged(PresenceChange change) => Note(() => { });

        public void TypingChanged(TypingChange change) => Note(() => { });

        public void PostSettled(PendingPost post, PostOutcome outcome) => Note(() => { });

        public void Diagnostic(string sentence) => Note(() => { });

        private void Note(Action note)
        {
            lock (gate) note();
            bell.Writer.TryWrite(true);
        }
    }
}
