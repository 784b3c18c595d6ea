using RealtimeHello.Contracts;

namespace RealtimeHello.Server.Chat;

/// <summary>
/// A room's messages on their way to its members, in the order of their numbers. Whoever puts one in goes on at once; a
/// worker of the thread pool hands them out, one worker a room at a time.
/// </summary>
/// <param name="deliver">Hands one message to the members.</param>
internal sealed class RoomOutbox(Action<ChatMessage> deliver) : IThreadPoolWorkItem
{
    /// <summary>Messages that may wait; then the oldest gives way, and clients notice the gap in the numbers.</summary>
    public const int Length = 4_096;

    private readonly Queue<ChatMessage> _waiting = [];
    private bool _isWorking;

    public void Put(ChatMessage message)
    {
        lock (_waiting)
        {
            if (_waiting.Count == Length) _waiting.Dequeue();
            _waiting.Enqueue(message);
            if (_isWorking) return;
            _isWorking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Execute()
    {
        while (true)
        {
            ChatMessage? next;
            lock (_waiting)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _isWorking = false;
                    return;
                }
            }

            deliver(next);
        }
    }
}
