using Microsoft.Diagnostics.Runtime;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// What a .NET process holds: the objects that its roots lead to. The resident set can't tell a few kilobytes for each connection, since it is made of what the garbage collector has not yet collected and
/// does not give back; this is the same from run to run.
/// </summary>
internal static class LiveHeap
{
    /// <summary>Bytes of all objects that can be reached; the process stands still meanwhile.</summary>
    /// <param name="process">Its id.</param>
    /// <param name="byType">By the names of their types; else all under one name. The runtime's own reader, which knows the names, does not always survive being asked.</param>
    /// <exception cref="ClrDiagnosticsException">The process can't be looked into, such as without the right to trace it.</exception>
    public static Dictionary<string, long> Sizes(int process, bool byType)
    {
        using var target = DataTarget.AttachToProcess(process, suspend: true);
        using var runtime = target.ClrVersions[0].CreateRuntime();
        var heap = runtime.Heap;
        var seen = new HashSet<ulong>();
        var left = new Stack<ulong>();
        foreach (var root in heap.EnumerateRoots()) Reach(root.Object);
        var sizes = new Dictionary<ClrType, long>();
        while (left.TryPop(out var address))
        {
            var found = heap.GetObject(address);
            if (!found.IsValid) continue;
            sizes[found.Type!] = sizes.GetValueOrDefault(found.Type!) + (long)found.Size;
            foreach (var reference in found.EnumerateReferenceAddresses(carefully: false, considerDependantHandles: true)) Reach(reference);
        }

        return sizes.GroupBy(pair => byType ? pair.Key.Name ?? "?" : "").ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value));

        void Reach(ulong address)
        {
            if (address != 0 && seen.Add(address)) left.Push(address);
        }
    }
}
