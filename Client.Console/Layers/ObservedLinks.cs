using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording;

namespace RealtimeHello.Client.Layers;

/// <summary>
/// Stands around the links of a chat and adds what bytes don't say to the recording of each: the hub's calls as this client made them, and what the chat
/// did. The chat does not know that it is observed.
/// </summary>
/// <param name="inner">Opens the links.</param>
/// <param name="trace">Records their connections.</param>
/// <param name="user">The user's name.</param>
/// <param name="protocol">The hub protocol's name.</param>
/// <param name="clock">Measures how long calls take.</param>
internal sealed class ObservedLinks(IChatLinks inner, LayerTrace trace, string user, string protocol, TimeProvider clock) : IChatLinks
{
    public async Task<IChatLink> Open(IChatClient client, CancellationToken cancellationToken)
    {
        var observed = new ObservedClient(client);
        var link = await inner.Open(observed, cancellationToken);
        var recorder = observed.Recorder = trace.Latest;
        recorder?.Fact(new HubConnected("ChatHub", "", user, protocol), DecodingDepth.Full);
        return new ObservedLink(link, recorder, clock);
    }

    private static void Tell(ConnectionRecorder? recorder, string kind, string text, params (string Name, object? Value)[] fields) =>
        recorder?.Fact(new ApplicationFact(kind, text, fields.ToDictionary(field => field.Name, field => field.Value)), DecodingDepth.Full);

    private sealed class ObservedLink(IChatLink inner, ConnectionRecorder? recorder, TimeProvider clock) : IChatLink
    {
        public Task<string> Ended => inner.Ended;

        public async Task<RoomState> JoinRoom(string room, long? after)
        {
            var state = await Call(nameof(JoinRoom), () => inner.JoinRoom(room, after));
            Tell(recorder, "joined", $"room {state.Room}", ("room", state.Room), ("members", state.Members.Count), ("lastNumber", state.LastNumber));
            return state;
        }

        public async Task LeaveRoom(string room)
        {
            await Call(nameof(LeaveRoom), () => Done(inner.LeaveRoom(room)));
            Tell(recorder, "left", $"room {room}", ("room", room));
        }

        public async Task<PostReceipt> PostMessage(string room, string id, string text)
        {
            var receipt = await Call(nameof(PostMessage), () => inner.PostMessage(room, id, text));
            Tell(recorder, "posted", $"message {receipt.Number} of {receipt.Room} is durable", ("room", receipt.Room), ("number", receipt.Number), ("id", receipt.Id));
            return receipt;
        }

        public Task<IReadOnlyList<ChatMessage>> ReadHistory(string room, long? before, int limit) => Call(nameof(ReadHistory), () => inner.ReadHistory(room, before, limit));

        public Task<IReadOnlyList<ChatMessage>> ReadMissed(string room, long after, int limit) => Call(nameof(ReadMissed), () => inner.ReadMissed(room, after, limit));

        public Task<IReadOnlyList<RoomSummary>> ListRooms() => Call(nameof(ListRooms), inner.ListRooms);

        public Task SetTyping(string room, bool isTyping) => Call(nameof(SetTyping), () => Done(inner.SetTyping(room, isTyping)));

        public IAsyncEnumerable<ServerVitals> WatchVitals(int interval, CancellationToken cancellationToken) => inner.WatchVitals(interval, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            if (!Ended.IsCompleted) Tell(recorder, "leaving", "this end says goodbye");
            await inner.DisposeAsync();
        }

        private static async Task<bool> Done(Task call)
        {
            await call;
            return true;
        }

        private async Task<T> Call<T>(string method, Func<Task<T>> call)
        {
            var number = recorder?.Fact(new HubInvoked(method), DecodingDepth.Full) ?? 0;
            var began = clock.GetTimestamp();
            try
            {
                var result = await call();
                recorder?.Fact(new HubCompleted(method, clock.GetElapsedTime(began), number), DecodingDepth.Full);
                return result;
            }
            catch (Exception failure)
            {
                recorder?.Fact(new HubFailed(method, clock.GetElapsedTime(began), failure.GetType().Name, failure.Message, number), DecodingDepth.Full);
                throw;
            }
        }
    }

    private sealed class ObservedClient(IChatClient inner) : IChatClient
    {
        public ConnectionRecorder? Recorder { get; set; }

        public Task MessagePosted(ChatMessage message)
        {
            Tell(Recorder, "received", $"message {message.Number} of {message.Room} from {message.Author}", ("room", message.Room), ("number", message.Number), ("id", message.Id));
            return inner.MessagePosted(message);
        }

        public Task PresenceChanged(PresenceChange change) => inner.PresenceChanged(change);

        public Task TypingChanged(TypingChange change) => inner.TypingChanged(change);

        public Task RoomChanged(RoomSummary room) => inner.RoomChanged(room);

        public Task ServerStopping(ServerStop stop) => inner.ServerStopping(stop);
    }
}
