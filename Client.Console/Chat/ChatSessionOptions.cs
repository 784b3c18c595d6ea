namespace RealtimeHello.Client.Chat;

/// <summary>How long a session tries. Null: for ever.</summary>
internal sealed record ChatSessionOptions
{
    /// <summary>How long it tries to connect the first time; zero for one attempt.</summary>
    public TimeSpan? FirstPatience { get; init; } = TimeSpan.Zero;

    /// <summary>How long it tries to come back.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>How long a post is repeated that the server answers with "not now".</summary>
    public TimeSpan PostPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Posts that may wait for their receipts.</summary>
    public int MostPosts { get; init; } = 256;
}
