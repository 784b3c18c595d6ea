using System.Buffers;
using System.Net.Sockets;

namespace RealtimeHello.Client.Relay;

/// <summary>How one direction of a relayed connection ended.</summary>
internal enum PumpEnding
{
    /// <summary>The sender finished (FIN), and the receiver was told so.</summary>
    Finished,

    /// <summary>The sender is gone: its connection was reset.</summary>
    SenderGone,

    /// <summary>The receiver is gone: nothing can be written to it any more.</summary>
    ReceiverGone,
}

/// <summary>
/// Carries the bytes of one direction, in order. It reads on only when what it read was taken, so that a receiver that does not read holds up its
/// sender, as it would without a relay. Its buffer grows with what comes at once, and shrinks again: an idle direction holds 4 KiB.
/// </summary>
/// <param name="from">The sender.</param>
/// <param name="to">The receiver.</param>
/// <param name="arrived">Sees bytes before they go on.</param>
/// <param name="ended">Told once, when the sender has finished (null) or is gone (why), before the receiver hears of it.</param>
internal sealed class RelayPump(RelayEnd from, RelayEnd to, RelayPump.Passing arrived, Action<string?> ended)
{
    private const int Smallest = 4 * 1024;
    private const int Largest = 128 * 1024;

    /// <summary>So many reads in a row that a buffer of the smallest size could have taken.</summary>
    private const int QuietReads = 64;

    /// <summary>What goes on to the receiver: the bytes themselves, or others in their place.</summary>
    internal delegate ReadOnlyMemory<byte> Passing(ReadOnlyMemory<byte> bytes, bool isLast);

    /// <summary>Bytes that were read and not yet taken by the receiver.</summary>
    public Action<long>? Waiting { get; init; }

    /// <returns>How it ended; never throws for what the network does.</returns>
    public async Task<PumpEnding> Run()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Smallest);
        var quiet = 0;
        try
        {
            while (true)
            {
                int count;
                try
                {
                    count = await from.Read(buffer);
                }
                catch (Exception gone) when (IsOfNetwork(gone))
                {
                    ended(gone.Message);
                    return PumpEnding.SenderGone;
                }

                try
                {
                    var passed = arrived(buffer.AsMemory(0, count), count == 0);
                    if (!passed.IsEmpty) await Write(passed);
                    if (count == 0)
                    {
                        ended(null);
                        await to.Finish();
                        return PumpEnding.Finished;
                    }
                }
                catch (Exception gone) when (IsOfNetwork(gone))
                {
                    return PumpEnding.ReceiverGone;
                }

                quiet = count <= Smallest ? quiet + 1 : 0;
                if (count == buffer.Length && buffer.Length < Largest) Resize(ref buffer, Math.Min(Largest, buffer.Length * 4));
                else if (quiet > QuietReads && buffer.Length > Smallest) Resize(ref buffer, Smallest);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ValueTask Write(ReadOnlyMemory<byte> bytes)
    {
        var writing = to.Write(bytes);
        return writing.IsCompletedSuccessfully || Waiting is null ? writing : Wait(writing, bytes.Length);
    }

    private async ValueTask Wait(ValueTask writing, int length)
    {
        Waiting!(length);
        await writing;
        Waiting!(0);
    }

    private static void Resize(ref byte[] buffer, int length)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = ArrayPool<byte>.Shared.Rent(length);
    }

    private static bool IsOfNetwork(Exception trouble) => trouble is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
