using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace RealtimeHello.Contracts;

/// <summary>What may be a room's name: 1-32 lower-case letters a-z, digits and <c>-</c>.</summary>
public static class RoomNameRule
{
    /// <summary>The rule, for whoever chose a name that is none.</summary>
    public const string Sentence = "A room's name is 1 to 32 lower-case letters a-z, digits or '-'.";

    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>A room is written with one <c>#</c> before its name; what is left of it is a name, or none.</summary>
    public static string WithoutSign(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith('#') ? text[1..] : text;
    }

    /// <summary>Whether it may be a name.</summary>
    public static bool Allows([NotNullWhen(true)] string? text) => text is { Length: >= 1 and <= ChatLimits.RoomNameLength } && !text.AsSpan().ContainsAnyExcept(Characters);
}
