namespace RealtimeHello.Server.Hosting;

/// <summary>
/// What the command line may hold: this server's own options, and every setting of ASP.NET Core's configuration, as
/// <c>--Section:Key=value</c>. A misspelt option is refused, where configuration alone would swallow it.
/// </summary>
internal static class CommandLine
{
    /// <summary>The exit code for a command line that is not understood.</summary>
    public const int Usage = 2;

    public const string Help =
        """
        RealtimeHello's server: a SignalR chat you can see through.

        Usage: dotnet run --project Server -- [options]

          --urls ADDRESSES        where to listen, separated by ';' (default http://localhost:5080)
          --data FOLDER           where to keep messages, keys and tokens (default: under the user's application data)
          --environment NAME      Development or Production
          --Section:Key=VALUE     any setting of appsettings.json
          --help                  this text

        Examples:
          dotnet run --project Server
          dotnet run --project Server -- --urls http://localhost:5090 --data ./chat-data
          dotnet run --project Server -- --urls http://0.0.0.0:8080 --Chat:AllowedOrigins:0=https://chat.example.org
          dotnet run --project Server -- --Proxies:Trusted:0=127.0.0.1
          dotnet run --project Server -- --Logging:LogLevel:RealtimeHello.Layers=Debug

        """;

    /// <summary>Top-level settings: this server's, and those of the .NET host.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        "data", "urls", "http_ports", "https_ports", "https_port", "environment", "contentRoot", "applicationName", "webroot", "AllowedHosts",
        "Accounts", "Chat", "Inspector", "Kestrel", "Logging", "Proxies", "detailedErrors", "captureStartupErrors", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup",
        "preferHostingUrls", "shutdownTimeoutSeconds", "startupAssembly", "staticWebAssets", "suppressStatusMessages", "server",
    };

    /// <summary>Answers what needs no server: <c>--help</c>, and a mistake.</summary>
    /// <returns>The exit code, or null when the server should start.</returns>
    public static int? Answer(IReadOnlyList<string> args)
    {
        if (args.Any(arg => arg is "--help" or "-h" or "-?" or "/?"))
        {
            Console.Out.Write(Help);
            return 0;
        }

        if (FindMistake(args) is not { } mistake) return null;
        Console.Error.WriteLine($"{mistake} --help shows what there is.");
        return Usage;
    }

    /// <summary>One sentence about the first argument that can't be a setting, or null.</summary>
    internal static string? FindMistake(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            var parts = args[i].Split('=', 2);
            if (!parts[0].StartsWith("--", StringComparison.Ordinal)) return $"'{args[i]}' is not an option.";
            var key = parts[0][2..];
            // A section by itself, without a value, is how a host passes on settings that it was given.
            if (parts is [_, ""]) continue;
            if (!key.Contains(':', StringComparison.Ordinal) && !Known.Contains(key)) return $"There is no option '{parts[0]}'.";
            if (parts.Length == 1 && ++i == args.Count) return $"The option '{parts[0]}' needs a value.";
        }

        return null;
    }
}
