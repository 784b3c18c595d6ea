using System.Security.Cryptography;
using RealtimeHello.Server.Hosting;

namespace RealtimeHello.Server.Observation;

/// <summary>The operator's secret: configured, or made at the first start and kept in the data folder in a file that only its owner can read.</summary>
internal static class OperatorToken
{
    public const string FileName = "operator-token";

    /// <summary>Characters of one that is configured, at least: whoever guesses it sees everybody's connections.</summary>
    public const int LeastLength = 16;

    public static string Find(string? configured, DataFolder folder)
    {
        if (configured is not null) return configured;
        var path = folder.File(FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 32 } kept) return kept;

        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(path, options);
        writer.WriteLine(token);
        return token;
    }
}
