using RealtimeHello.Client.Accounts;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Links;

/// <summary>Opens links for one user; signs in where that was not done, and again when the server no longer takes the token.</summary>
/// <param name="server">Named in the sentences about trouble.</param>
/// <param name="recipe">Makes the connections.</param>
/// <param name="signIn">Signs in.</param>
/// <param name="name">The user's name.</param>
/// <param name="first">The sign-in to begin with; null when that is still to be done.</param>
internal sealed class HubLinks(ServerAddress server, HubConnectionRecipe recipe, GuestSignIn signIn, string name, SignedIn? first) : IChatLinks
{
    /// <summary>How long one attempt may take, from the first packet to the hub's handshake.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private SignedIn? _signedIn = first;

    public async Task<IChatLink> Open(IChatClient client, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            _signedIn ??= await signIn.SignIn(name, patience.Token);
            try
            {
                return await HubLink.Open(recipe.Make(_signedIn.AccessToken), client, patience.Token);
            }
            catch (ServerTrouble refused) when (refused.Status == 401)
            {
                _signedIn = await signIn.SignIn(name, patience.Token);
                return await HubLink.Open(recipe.Make(_signedIn.AccessToken), client, patience.Token);
            }
        }
        catch (Exception trouble) when (trouble is not ServerTrouble)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw ReachTrouble.Describe(server, trouble);
        }
    }
}
