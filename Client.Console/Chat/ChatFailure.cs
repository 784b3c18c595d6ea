namespace RealtimeHello.Client.Chat;

/// <summary>A session is over for good. The message is one sentence for the user.</summary>
internal sealed class ChatFailure(string sentence, Exception? inner = null) : Exception(sentence, inner);
