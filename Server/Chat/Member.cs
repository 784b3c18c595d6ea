namespace RealtimeHello.Server.Chat;

/// <summary>One connection of one user.</summary>
internal sealed record Member(string ConnectionId, Guid User, string Name);
