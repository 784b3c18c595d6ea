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
        DbException => $"The database can't be opened: {trouble.Message}",
        _ => null,
    };
}
