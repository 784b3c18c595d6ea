using RealtimeHello.Contracts;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Chat.Plain;

/// <summary>A message as one line, <c>#room 12 ada: text</c>, whatever is in it.</summary>
internal static class PlainMessage
{
    /// <summary>Line breaks within the text become <c>\n</c>, tabs <c>\t</c>, other control characters <c>\uXXXX</c>.</summary>
    public static string Format(ChatMessage message)
    {
        var lines = message.Text.Split('\n').Select(line => string.Join("\\t", line.Split('\t').Select(Clean)));
        return $"#{Clean(message.Room)} {message.Number} {Clean(message.Author)}: {string.Join("\\n", lines)}";
    }

    private static string Clean(string text) => PrintableText.OneLine(text, int.MaxValue);
}
