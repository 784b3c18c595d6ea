using RealtimeHello.Client.Chat.Links;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Interactive;

/// <summary>How a notice is meant.</summary>
internal enum NoticeKind
{
    /// <summary>The answer to a command.</summary>
    Answer,

    /// <summary>Something happened around the chat: somebody came, the connection is back.</summary>
    Event,

    /// <summary>Something went wrong.</summary>
    Trouble,
}

/// <summary>Shows a conversation to a person. Texts are as strangers wrote them: a view makes them harmless.</summary>
internal interface IConversationView
{
    /// <param name="message">The message.</param>
    /// <param name="isElsewhere">It belongs to another room than the one the user is looking at.</param>
    void ShowMessage(ChatMessage message, bool isElsewhere);

    void ShowNotice(NoticeKind kind, string text);

    /// <summary>A heading between messages.</summary>
    void ShowHeading(string text);

    void ShowFailure(PendingPost post, ChatRefusal refusal);

    /// <summary>The room, the connection, who types or what is on its way has changed.</summary>
    void Refresh();
}
