namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>Whose conversation it is, and how it is shown.</summary>
/// <param name="Me">The user's name.</param>
/// <param name="History">How many of a room's latest messages are shown on joining.</param>
/// <param name="IsVerbose">Diagnostics are shown too.</param>
internal sealed record ConversationOptions(string Me, int History, bool IsVerbose);
