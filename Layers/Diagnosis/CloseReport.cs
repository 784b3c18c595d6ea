namespace RealtimeHello.Layers.Diagnosis;

/// <summary>Who closed a connection, at which layer, with which code, and why.</summary>
/// <param name="By">The side that ended it.</param>
/// <param name="Layer">The layer at which it ended.</param>
/// <param name="Code">The WebSocket close code or HTTP status, where there was one.</param>
/// <param name="Cause">One of <see cref="CloseCauses"/>.</param>
/// <param name="Sentence">The cause in words, with what was seen.</param>
public sealed record CloseReport(ClosedBy By, Layer Layer, int? Code, string Cause, string Sentence);

/// <summary>The side that ended a connection.</summary>
public enum ClosedBy : byte
{
    /// <summary>The side that opened it.</summary>
    Client,

    /// <summary>The side that accepted it.</summary>
    Server,

    /// <summary>Neither, as far as can be seen: something between them, or a machine that vanished.</summary>
    Network,
}
