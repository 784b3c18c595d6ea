namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Completes the word before the cursor: a command, a joined room after a command, else a member's name.</summary>
internal static class Completion
{
    /// <summary>What to insert at the cursor; empty when nothing fits, or nothing is common to what fits.</summary>
    public static string Of(Conversation conversation, string text, int cursor)
    {
        var begin = cursor;
        while (begin > 0 && !char.IsWhiteSpace(text[begin - 1])) begin--;
        var word = text[begin..cursor];
        var isCommand = text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal);
        var candidates = (isCommand, begin) switch
        {
            (true, 0) => SlashCommand.All.Select(command => command.Name),
            (true, _) => conversation.Rooms.Select(room => room.Name),
            _ => conversation.Current?.Members.Where(member => member != conversation.Me) ?? [],
        };
        return Rest(word, [.. candidates.Where(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))]);
    }

    private static string Rest(string word, IReadOnlyList<string> candidates)
    {
        if (word.Length == 0 || candidates.Count == 0) return "";
        var rest = candidates[0][word.Length..];
        if (candidates.Count == 1) return rest + " ";
        foreach (var candidate in candidates)
        {
            var common = 0;
            while (common < rest.Length && word.Length + common < candidate.Length && candidate[word.Length + common] == rest[common]) common++;
            rest = rest[..common];
        }

        return rest;
    }
}
