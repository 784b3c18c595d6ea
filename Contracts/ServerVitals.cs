namespace RealtimeHello.Contracts;

/// <summary>Live figures of the server: the ticker.</summary>
/// <param name="At">When they were read, UTC.</param>
/// <param name="Connections">Open hub connections.</param>
/// <param name="MessagesPerSecond">Messages stored a second, since the last reading.</param>
/// <param name="DeliveriesPerSecond">Messages handed to connections a second, since the last reading.</param>
/// <param name="MemoryBytes">The process's resident set.</param>
/// <param name="BytesPerConnection">Growth of the resident set since start, divided by the open connections; 0 without any.</param>
/// <param name="CpuPercent">Processor time since the last reading, 100 = one core.</param>
public sealed record ServerVitals(
    DateTime At,
    int Connections,
    double MessagesPerSecond,
    double DeliveriesPerSecond,
    long MemoryBytes,
    long BytesPerConnection,
    double CpuPercent);
