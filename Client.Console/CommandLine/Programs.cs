using RealtimeHello.Client.Chat;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Client.Hello;
using RealtimeHello.Client.Relay;
using RealtimeHello.Client.Show;
using RealtimeHello.Client.Watch;

namespace RealtimeHello.Client.CommandLine;

/// <summary>What does each command; each returns the exit code.</summary>
internal sealed record Programs(
    Func<ChatSettings, Task<int>> Chat,
    Func<HelloSettings, Task<int>> Hello,
    Func<DoctorSettings, Task<int>> Doctor,
    Func<RelaySettings, Task<int>> Relay,
    Func<ShowSettings, Task<int>> Show,
    Func<WatchSettings, Task<int>> Watch);
