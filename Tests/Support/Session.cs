namespace RealtimeHello.Tests.Support;

/// <summary>The answer to a sign-in.</summary>
public sealed record Session(string User, string Name, string AccessToken, DateTime ExpiresAt);
