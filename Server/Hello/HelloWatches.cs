using System.Collections.Concurrent;
using RealtimeHello.Inspector;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Server.Hello;

/// <summary>
/// Lets whoever opened a connection to the echo see that connection, and nobody else: the client makes up a random value, puts it into the request as
/// <c>?watch=</c>, and asks for the connection's events with the same value. It is masked before anything is recorded. See docs/decisions/0006.
/// </summary>
internal sealed class HelloWatches(IServiceProvider services)
{
    /// <summary>The query parameter.</summary>
    public const string Parameter = "watch";

    /// <summary>Hexadecimal digits of the value: 128 bits, too many to guess.</summary>
    private const int Digits = 32;

    private const int MostWatched = 4_096;

    private readonly ConcurrentDictionary<string, ConnectionRecord> _watched = new(StringComparer.Ordinal);

    // Not there where connections are not recorded.
    private readonly Journal? _journal = services.GetService<Journal>();

    /// <summary>Notes the value that a request brings. One that is not a value, or was used before, is not noted: the echo works all the same.</summary>
    public void Note(HttpContext context)
    {
        if (_journal is null || !IsValue(context.Request.Query[Parameter], out var value)) return;
        if (context.Features.Get<IConnectionRecorderFeature>()?.Recorder.Record is not { } record) return;
        if (_watched.Count >= MostWatched) ForgetGone();
        if (_watched.Count < MostWatched) _watched.TryAdd(value, record);
    }

    /// <summary>The connection that was opened with this value, while it is remembered.</summary>
    public ConnectionRecord? Find(string? value) =>
        IsValue(value, out var known) && _watched.TryGetValue(known, out var record) && _journal?.Find(record.Id) == record ? record : null;

    private static bool IsValue(string? text, out string value)
    {
        value = text ?? "";
        return value.Length == Digits && value.All(char.IsAsciiHexDigitLower);
    }

    private void ForgetGone()
    {
        foreach (var (value, record) in _watched)
        {
            if (_journal!.Find(record.Id) != record) _watched.TryRemove(value, out _);
        }
    }
}
