namespace RealtimeHello.Server.Chat;

/// <summary>A call that the chat's rules refuse.</summary>
/// <param name="code">One of <see cref="Contracts.ChatErrorCodes"/>.</param>
/// <param name="sentence">One sentence for people.</param>
internal sealed class ChatException(string code, string sentence) : Exception($"{code}: {sentence}")
{
    public string Code { get; } = code;
}
