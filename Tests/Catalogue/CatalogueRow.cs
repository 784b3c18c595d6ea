namespace RealtimeHello.Tests.Catalogue;

/// <summary>One row of what goes wrong with a WebSocket connection.</summary>
/// <param name="Layer">Where.</param>
/// <param name="Shows">What the wire shows.</param>
/// <param name="How">How it is made to happen, or that it is reported by others alone.</param>
/// <param name="Provoke">Makes it happen, and returns what was said of it; null: it can't be made to happen on one machine.</param>
internal sealed record CatalogueRow(string Layer, string Shows, string How, Func<Task<string>>? Provoke);
