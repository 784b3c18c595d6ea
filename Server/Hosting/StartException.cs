namespace RealtimeHello.Server.Hosting;

/// <summary>Something outside the program keeps the server from starting; the message is the one sentence that the user gets.</summary>
internal sealed class StartException(string message) : Exception(message);
