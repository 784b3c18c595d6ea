using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary>Reads the values of options; what is wrong is said in one sentence.</summary>
internal static class OptionValues
{
    public static int? WholeNumber(ArgumentResult result, int least, int most)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        result.AddError($"{Name(result)} is a whole number from {least} to {most}, not '{text}'.");
        return null;
    }

    public static TimeSpan? Seconds(ArgumentResult result, double most)
    {
        var text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= most) return TimeSpan.FromSeconds(seconds);
        result.AddError($"{Name(result)} is a number of seconds from 0 to {most:N0}, not '{text}'.");
        return null;
    }

    /// <summary>Reads a value; what is wrong with it is said in one sentence.</summary>
    public delegate bool TryParse<T>(string? text, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out string? fault) where T : class;

    public static T? Parsed<T>(ArgumentResult result, TryParse<T> parse) where T : class
    {
        if (parse(result.Tokens[0].Value, out var value, out var fault)) return value;
        result.AddError(fault);
        return null;
    }

    /// <summary>The value of a header field: visible ASCII, so that no line can be smuggled into a request.</summary>
    public static string? FieldValue(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.Length > 0 && text.All(c => c is > ' ' and <= '~')) return text;
        result.AddError($"{Name(result)} is visible ASCII without blanks.");
        return null;
    }

    public static T OneOf<T>(ArgumentResult result) where T : struct, Enum
    {
        var text = result.Tokens[0].Value;
        if (!char.IsAsciiDigit(text.FirstOrDefault()) && Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
        result.AddError($"{Name(result)} is {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}, not '{text}'.");
        return default;
    }

    /// <summary><c>--layers LIST</c>; null when it is not given, unless that means all.</summary>
    public static Option<IReadOnlySet<Layer>?> LayersOption(string description, bool defaultsToAll, bool canBeNone = false) => new("--layers")
    {
        Description = $"{description} A list of {LayerList}, or all.{(defaultsToAll ? " [default: all]" : "")}",
        HelpName = "LIST",
        CustomParser = result =>
        {
            if (canBeNone && result.Tokens[0].Value.Equals("none", StringComparison.OrdinalIgnoreCase)) return new HashSet<Layer>();
            if (LayerNames.TryParseList(result.Tokens[0].Value, out var layers, out var unknown) && layers.Count > 0) return layers;
            result.AddError(unknown is null ? $"--layers names no layer; it is a list of {LayerList}, or all." : $"There is no layer '{unknown}'; --layers is a list of {LayerList}, or all.");
            return null;
        },
    };

    private static string LayerList => string.Join(", ", Enum.GetValues<Layer>().Select(LayerNames.Of));

    private static string Name(ArgumentResult result) => ((OptionResult)result.Parent!).Option.Name;
}
