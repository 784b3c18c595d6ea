using System.Globalization;

namespace RealtimeHello.Server.Hosting;

/// <summary>Reads a section of the configuration strictly: what is misspelt would be swallowed otherwise, and the default would hold in its place. Each method throws a <see cref="StartException"/> with one sentence.</summary>
internal static class SettingsSection
{
    /// <summary>The configuration lets a section have a value besides; nobody would read it.</summary>
    public static void RefuseValue(IConfigurationSection section, string example)
    {
        if (section.Value is { Length: > 0 }) throw new StartException($"{section.Path} is '{section.Value}', and has to be a section: {section.Path}:{example}.");
    }

    /// <summary>The entries of a list; an empty list in a file has an empty value.</summary>
    /// <param name="section">The list.</param>
    /// <param name="what">What an entry has to be, such as "the name of a property".</param>
    /// <param name="example">An entry, in place of which there is none.</param>
    public static string[] ListOf(IConfigurationSection section, string what, string example)
    {
        if (section.Value is { Length: > 0 }) throw new StartException($"{section.Path} is '{section.Value}', and has to be a list: {section.Path}:0={section.Value}.");
        return [.. section.GetChildren().Select(entry => EntryOf(section, entry, what, example))];
    }

    /// <summary>A number that is not below 0.</summary>
    /// <param name="entry">Where it stands.</param>
    /// <param name="isWhole">Whether it has to be a whole one.</param>
    public static void CheckNumber(IConfigurationSection entry, bool isWhole)
    {
        var isNumber = isWhole
            ? int.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            : double.TryParse(entry.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        if (!isNumber) throw new StartException($"{entry.Path} is '{entry.Value}', and has to be a {(isWhole ? "whole " : "")}number, 0 or more.");
    }

    /// <summary>Nobody reads what is called that.</summary>
    public static StartException Unknown(IConfigurationSection entry, IEnumerable<string> known) => new($"There is no setting {entry.Path}; there {Are(known.ToList())}.");

    private static string Are(List<string> known) => $"{(known.Count == 1 ? "is" : "are")} {string.Join(", ", known)}";

    private static string EntryOf(IConfigurationSection list, IConfigurationSection entry, string what, string example)
    {
        if (!int.TryParse(entry.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw new StartException($"{entry.Path} is no entry of a list, and {list.Path} has to be one: {list.Path}:0={example}.");
        if (entry.GetChildren().Any()) throw new StartException($"{entry.Path} is a list or a section, and has to be {what}: {entry.Path}={example}.");
        return string.IsNullOrWhiteSpace(entry.Value) ? throw new StartException($"{entry.Path} is '{entry.Value}', and has to be {what}.") : entry.Value;
    }
}
