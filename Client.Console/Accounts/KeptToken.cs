using System.Text.Json.Serialization;

namespace RealtimeHello.Client.Accounts;

/// <summary>A sign-in that is kept, so that the same name works again.</summary>
/// <param name="Server">The server's address, as <see cref="ServerAddress"/> writes it.</param>
/// <param name="Name">The name as the server wrote it.</param>
/// <param name="AccessToken">The bearer token. Never printed.</param>
/// <param name="ExpiresAt">When it stops being of use, UTC.</param>
internal sealed record KeptToken(string Server, string Name, string AccessToken, DateTime ExpiresAt)
{
    /// <summary>Without the token: a record's own text would show it.</summary>
    public override string ToString() => $"{Name} at {Server} until {ExpiresAt:O}";
}

/// <summary>The answer of <c>POST /session</c>.</summary>
internal sealed record SignedIn(string User, string Name, string AccessToken, DateTime ExpiresAt)
{
    /// <summary>Without the token: a record's own text would show it.</summary>
    public override string ToString() => $"{Name} ({User}) until {ExpiresAt:O}";
}

/// <summary>What <c>POST /session</c> is asked.</summary>
internal sealed record SignInRequest(string Name);

/// <summary>The part of an RFC 9457 problem that people read.</summary>
/// <param name="Title">Its kind.</param>
/// <param name="Detail">This one, in a sentence.</param>
/// <param name="HeldUntil">When somebody else's name comes free, UTC, where that is known and the problem.</param>
internal sealed record Problem(string? Title, string? Detail, string? HeldUntil = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KeptToken))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class AccountsJson : JsonSerializerContext;
