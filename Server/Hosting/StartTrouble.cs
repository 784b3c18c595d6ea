using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace RealtimeHello.Server.Hosting;

/// <summary>Tells what the user can mend from what is our mistake.</summary>
internal static class StartTrouble
{
    /// <summary>The exit code of a server that could not start.</summary>
    public const int ExitCode = 1;

    /// <summary>One sentence for the user, or null for an exception that deserves its stack trace.</summary>
    public static string? Explain(Exception trouble) => trouble switch
    {
        StartException => trouble.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{trouble.Message} Stop the program that listens there, or choose another address with --urls.",
        SocketException => $"The server can't listen there: {trouble.Message}. Choose another address with --urls.",
        FormatException => $"The configuration is not understood: {trouble.Message}",
        // Of a log level that there is not.
        InvalidOperationException when trouble.Message.StartsWith("Configuration value", StringComparison.Ordinal) => $"The configuration is not understood: {trouble.Message}",
        InvalidOperationException when trouble.Message.Contains("HTTPS endpoint", StringComparison.Ordinal) =>
            "The server can't listen with https: it has no certificate. Name one with Kestrel:Certificates:Default:Path and :Password, or make one for this machine: dotnet dev-certs https.",
        DbException => $"The database can't be opened: {trouble.Message}",
        _ => null,
    };
}
