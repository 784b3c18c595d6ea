using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Parsers;
using Microsoft.Diagnostics.Tracing.Parsers.Clr;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// What a .NET process holds: the objects that survive a full garbage collection, as the collector itself tells them over the runtime's diagnostics port. The resident set can't tell a few kilobytes for each
/// connection, since it is made of what the garbage collector has not yet collected and does not give back; this is the same from run to run.
/// </summary>
internal static class LiveHeap
{
    /// <summary>Events that wait to be read, in MB: none may be lost.</summary>
    private const int Waiting = 512;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Has the process collect its garbage, and adds up what is left, in bytes; the process stands still meanwhile.</summary>
    /// <param name="process">Its id.</param>
    /// <param name="byType">By the names of their types; else all under one name.</param>
    /// <exception cref="InvalidOperationException">Not all of it was told.</exception>
    /// <exception cref="DiagnosticsClientException">The process can't be looked into, such as without the right to.</exception>
    public static Dictionary<string, long> Sizes(int process, bool byType)
    {
        var provider = new EventPipeProvider(ClrTraceEventParser.ProviderName, EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GCHeapSnapshot);
        using var session = new DiagnosticsClient(process).StartEventPipeSession([provider], requestRundown: false, circularBufferMB: Waiting);
        using var source = new EventPipeEventSource(session.EventStream);
        var sizes = new Dictionary<ulong, long>();
        var names = new Dictionary<ulong, string>();
        var (collection, isWhole) = (-1, false);
        source.Clr.GCStart += start =>
        {
            if (collection < 0 && start.Depth == 2 && start.Type != GCType.BackgroundGC) collection = start.Count;
        };
        source.Clr.TypeBulkType += types =>
        {
            for (var i = 0; i < types.Count; i++) names[types.Values(i).TypeID] = types.Values(i).TypeName;
        };
        source.Clr.GCBulkNode += nodes =>
        {
            for (var i = 0; i < nodes.Count; i++)
            {
                var node = nodes.Values(i);
                sizes[node.TypeID] = sizes.GetValueOrDefault(node.TypeID) + (long)node.Size;
            }
        };
        source.Clr.GCStop += stop =>
        {
            if (stop.Count != collection) return;
            isWhole = true;
            // The source ends with the session, and not before what was told is read.
            Task.Run(session.Stop);
        };
        using var patience = new Timer(_ => session.Stop(), null, Patience, Timeout.InfiniteTimeSpan);
        source.Process();
        if (!isWhole || source.EventsLost > 0) throw new InvalidOperationException($"Of the heap of process {process} not everything was told: {source.EventsLost} events were lost.");
        return sizes.GroupBy(pair => byType ? names.GetValueOrDefault(pair.Key, "?") : "").ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));
    }
}
