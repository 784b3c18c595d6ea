using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>One open connection to the hub. Calls fail with a HubException when the chat refuses, with others when the link is gone.</summary>
internal interface IChatLink : IChatHub, IAsyncDisposable
{
    /// <summary>Completes, never faults, when the link is gone, with the reason in one sentence.</summary>
    Task<string> Ended { get; }
}

/// <summary>Opens links; the seam between the session and the network.</summary>
internal interface IChatLinks
{
    /// <param name="client">Hears what the server says on this link; never blocks.</param>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    /// <exception cref="Accounts.ServerTrouble">Not now, or not at all.</exception>
    Task<IChatLink> Open(IChatClient client, CancellationToken cancellationToken);
}
