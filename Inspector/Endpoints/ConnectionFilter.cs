using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>Which connections of a list are wanted, as its query says it; what is null chooses nothing.</summary>
/// <param name="State">open, closed or refused.</param>
/// <param name="User">A user's name; empty: connections of nobody.</param>
/// <param name="Path">The path of the first request, without its query.</param>
/// <param name="Cause">The cause of the close.</param>
/// <param name="Text">A part, in letters of any case, of anything that the list shows in words: id, user, addresses, path, close, the layers' summaries.</param>
internal sealed record ConnectionFilter(string? State, string? User, string? Path, string? Cause, string? Text)
{
    public bool HasKnownState => State is null or "open" or "closed" or "refused";

    public bool Takes(ConnectionRecord record) =>
        (State is null || ConnectionJson.StateOf(record) == State)
        && (User is null || (record.UserName ?? "") == User)
        && (Path is null || record.Path == Path)
        && (Cause is null || record.Close?.Cause == Cause)
        && (Text is null || Says(record, Text));

    /// <summary>The layers last: their summaries are made when they are asked for.</summary>
    private static bool Says(ConnectionRecord record, string text)
    {
        string?[] words =
        [
            record.Id, record.UserName, record.Client, record.Remote, record.Local, record.Path, ConnectionJson.StateOf(record), record.Close?.Cause, record.Close?.Sentence,
            record.Close?.Code?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ];
        return words.Any(Holds) || record.ReadLayers().Any(layer => Holds(layer.Summary));

        bool Holds(string? word) => word?.Contains(text, StringComparison.OrdinalIgnoreCase) == true;
    }
}
