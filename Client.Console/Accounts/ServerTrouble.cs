namespace RealtimeHello.Client.Accounts;

/// <summary>The server could not be reached, or does not want this client. The message is one sentence for the user.</summary>
internal sealed class ServerTrouble : Exception
{
    public ServerTrouble(string sentence, bool isLasting, Exception? inner = null) : base(sentence, inner) => IsLasting = isLasting;

    /// <summary>True: trying again will not help. False: it may be a matter of time.</summary>
    public bool IsLasting { get; }

    /// <summary>The server's HTTP answer, where there was one.</summary>
    public int? Status { get; init; }
}
