using RealtimeHello.Inspector;

namespace RealtimeHello.Server.Observation;

/// <summary>
/// Which connection a post came in by, until it was delivered, which may be when that connection and its request are over. A fixed number of places: a post whose place is taken by a later one just has no
/// <c>delivered</c> event, so nothing that is never delivered is kept for long. Thread-safe.
/// </summary>
internal sealed class PostsUnderWay
{
    private const int Places = 1024;

    private readonly Post?[] places = new Post?[Places];

    /// <summary>A post with this id came in.</summary>
    public void Begin(Guid id, IConnectionRecorderFeature connection) => Volatile.Write(ref PlaceOf(id), new Post(id, connection));

    /// <summary>Where the post came in; null when that is not known any more. Answers once.</summary>
    public IConnectionRecorderFeature? End(Guid id)
    {
        ref var place = ref PlaceOf(id);
        var post = Volatile.Read(ref place);
        return post?.Id == id && Interlocked.CompareExchange(ref place, null, post) == post ? post.Connection : null;
    }

    private ref Post? PlaceOf(Guid id) => ref places[(uint)id.GetHashCode() % Places];

    private sealed record Post(Guid Id, IConnectionRecorderFeature Connection);
}
