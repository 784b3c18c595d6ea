namespace RealtimeHello.Server.Storage;

/// <summary>The store does not answer; what was asked for may be tried again later.</summary>
internal sealed class StoreUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
