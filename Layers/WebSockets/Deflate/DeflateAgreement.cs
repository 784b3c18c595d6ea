using System.Globalization;

namespace RealtimeHello.Layers.WebSockets.Deflate;

/// <summary>What was agreed on permessage-deflate, as the answer to the upgrade says it (RFC 7692 7.1).</summary>
/// <param name="IsAgreed">Messages may be compressed.</param>
/// <param name="ServerForgets">Each of the server's messages is compressed for itself: <c>server_no_context_takeover</c>.</param>
/// <param name="ClientForgets">Each of the client's messages is compressed for itself: <c>client_no_context_takeover</c>.</param>
/// <param name="Problem">What is wrong with the parameters; they are taken as far as they can be understood.</param>
internal readonly record struct DeflateAgreement(bool IsAgreed, bool ServerForgets, bool ClientForgets, string? Problem)
{
    /// <summary>Reads <c>Sec-WebSocket-Extensions</c>.</summary>
    public static DeflateAgreement Parse(string? extensions)
    {
        var agreement = default(DeflateAgreement);
        if (extensions is null) return agreement;
        foreach (var range in extensions.AsSpan().Split(','))
        {
            var parts = extensions[range].Split(';', StringSplitOptions.TrimEntries);
            if (!parts[0].Equals("permessage-deflate", StringComparison.OrdinalIgnoreCase)) continue;
            if (agreement.IsAgreed) return agreement with { Problem = "permessage-deflate is agreed on twice." };
            agreement = agreement with { IsAgreed = true };
            for (var i = 1; i < parts.Length; i++)
            {
                agreement = agreement.With(parts[i]);
                for (var j = 1; j < i; j++)
                {
                    if (NameOf(parts[i]).Equals(NameOf(parts[j]), StringComparison.OrdinalIgnoreCase))
                        agreement = agreement with { Problem = $"The parameter {PrintableText.OneLine(NameOf(parts[i]), 40)} is given twice." };
                }
            }
        }

        return agreement;
    }

    private DeflateAgreement With(string parameter)
    {
        var name = NameOf(parameter);
        string? value = name.Length == parameter.Length ? null : parameter[(name.Length + 1)..].Trim().Trim('"');
        switch (name.ToLowerInvariant())
        {
            case "server_no_context_takeover" when value is null:
                return this with { ServerForgets = true };
            case "client_no_context_takeover" when value is null:
                return this with { ClientForgets = true };
            // A smaller window is no matter to a reader that remembers as much as the largest one holds.
            case "server_max_window_bits" or "client_max_window_bits"
                when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var windowBits) && windowBits is >= 8 and <= 15:
                return this;
            default:
                return this with { Problem = $"permessage-deflate has no parameter {PrintableText.OneLine(parameter, 60)}." };
        }
    }

    private static string NameOf(string parameter) => parameter.IndexOf('=', StringComparison.Ordinal) is var at and >= 0 ? parameter[..at].TrimEnd() : parameter;
}
