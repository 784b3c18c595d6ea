using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;

namespace RealtimeHello.Tests.Support;

/// <summary>What the server called on a client, in the order of arrival.</summary>
public sealed class Inbox<T>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<T> _calls = Channel.CreateUnbounded<T>();

    /// <summary>Listens to one client method; begin before what is waited for can happen.</summary>
    public Inbox(HubConnection hub, string method) => hub.On<T>(method, call => _calls.Writer.TryWrite(call));

    /// <summary>The next call; waits for it.</summary>
    public async Task<T> Next() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next call that fits; waits for it, and drops those before.</summary>
    public async Task<T> Next(Func<T, bool> fits)
    {
        while (true)
            if (await Next() is var call && fits(call)) return call;
    }

    /// <summary>Whether nothing has arrived that was not read.</summary>
    public bool IsEmpty => _calls.Reader.Count == 0;
}
