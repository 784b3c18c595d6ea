using RealtimeHello.Inspector;

namespace RealtimeHello.Server.Observation;

/// <summary>
/// Which connection a post came in by, until it was delivered, which may be when that connection and its request are over. A fixed number of places: a post whose place is taken by a later one just has no
/// <c>delivered</c> event, so nothing that is never delivered is kept for long. Thread-safe.
/// </summary>
internal sealed class PostsUnderWay
{
    private const int Places = 1024;

    private readonly PostUnderWay?[] places = new PostUnderWay?[Places];

    /// <summary>A post with this id came in.</summary>
    public PostUnderWay Begin(Guid id, IConnectionRecorderFeature connection)
    {
        var post = new PostUnderWay(id, connection);
        Volatile.Write(ref PlaceOf(id), post);
        return post;
    }

    /// <summary>The post with that id; null when it is not known any more. Answers once.</summary>
    public PostUnderWay? End(Guid id)
    {
        ref var place = ref PlaceOf(id);
        var post = Volatile.Read(ref place);
        return post?.Id == id && Interlocked.CompareExchange(ref place, null, post) == post ? post : null;
    }

    private ref PostUnderWay? PlaceOf(Guid id) => ref places[(uint)id.GetHashCode() % Places];
}

/// <summary>A post between its call and its delivery, and what is published of it on the connection that it came in by. Thread-safe.</summary>
internal sealed class PostUnderWay(Guid id, IConnectionRecorderFeature connection)
{
    private int isDurable;

    public Guid Id => id;

    /// <summary>It is durable: said once, by whoever knows it first. The receipt and the fan-out wait for nobody, and either may be the faster.</summary>
    public void Posted(string room, long number, bool isDuplicate)
    {
        if (Interlocked.Exchange(ref isDurable, 1) != 0) return;
        connection.PublishApplicationEvent("posted", $"message {number} of {room} is durable", new Dictionary<string, object?>(capacity: 4)
        {
            ["room"] = room,
            ["number"] = number,
            ["id"] = id,
            ["duplicate"] = isDuplicate,
        });
    }

    /// <summary>It was handed to its room.</summary>
    public void Delivered(string room, long number, int listeners) =>
        connection.PublishApplicationEvent("delivered", $"message {number} of {room} to {listeners} connection{(listeners == 1 ? "" : "s")}", new Dictionary<string, object?>(capacity: 4)
        {
            ["room"] = room,
            ["number"] = number,
            ["id"] = id,
            ["connections"] = listeners,
        });
}
