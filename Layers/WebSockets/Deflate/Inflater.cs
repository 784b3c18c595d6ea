namespace RealtimeHello.Layers.WebSockets.Deflate;

/// <summary>
/// Decompresses DEFLATE (RFC 1951) as it comes, in any cut: what it gives out depends on the bytes that it got, not on how they were cut.
/// Goes on behind a final block, as permessage-deflate needs it (RFC 7692 7.2.3.4), and remembers the last 32 KiB. Holds about 40 KiB.
/// <code>
/// BlockHeader -> (stored: StoredLength -> Stored -> BlockHeader)
/// BlockHeader -> (fixed: Symbols -> BlockHeader)
/// BlockHeader -> (dynamic: DynamicHeader -> LengthLengths -> Lengths -> Symbols -> BlockHeader)
/// Symbols -> (match: Match -> Symbols)
/// any -> (not DEFLATE: Failed)
/// </code>
/// </summary>
/// <remarks>
/// Not System.IO.Compression.DeflateStream: that one tells neither where a final block ends nor goes on behind it, throws for bad input,
/// and holds memory outside the heap that a decoder, which nobody disposes of, could not give back.
/// https://www.rfc-editor.org/rfc/rfc1951#section-3.2
/// </remarks>
internal sealed class Inflater
{
    private const int WindowSize = 32 * 1024;
    private const int EndOfBlock = 256;

    private static readonly ushort[] lengthBases =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly byte[] lengthExtraBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static readonly ushort[] distanceBases =
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
    ];

    private static readonly byte[] distanceExtraBits =
        [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];

    private static readonly byte[] lengthLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly byte[] window = new byte[WindowSize];
    private readonly byte[] lengths = new byte[288 + 32];
    private readonly HuffmanTable literals = new();
    private readonly HuffmanTable distances = new();
    private int windowAt;
    private int windowFilled;
    private ulong bits;
    private int bitCount;
    private State state;
    private bool final;
    private int lengthLengthCount;
    private int literalCount;
    private int distanceCount;
    private int index;
    private int remaining;
    private int distance;

    private enum State : byte
    {
        BlockHeader,
        StoredLength,
        Stored,
        DynamicHeader,
        LengthLengths,
        Lengths,
        Symbols,
        Match,
        Failed,
    }

    /// <summary>The bytes so far end where a block ends, at a byte's end.</summary>
    public bool IsBetweenBlocks => state == State.BlockHeader && bitCount == 0;

    /// <summary>The bytes are not DEFLATE.</summary>
    public bool Failed => state == State.Failed;

    /// <summary>Forgets all that was before: the next bytes refer to nothing earlier.</summary>
    public void Forget()
    {
        windowFilled = 0;
        bits = 0;
        bitCount = 0;
        state = State.BlockHeader;
    }

    /// <summary>Decompresses until <paramref name="output"/> is full or <paramref name="input"/>, from which it takes what it reads, is empty.</summary>
    /// <returns>Bytes written. When it is less than there is room for, nothing more comes of the input so far.</returns>
    public int Inflate(ref ReadOnlySpan<byte> input, scoped Span<byte> output)
    {
        var written = 0;
        while (state != State.Failed)
        {
            if (state is State.Match or State.Stored)
            {
                if (written == output.Length) return written;
                written += state == State.Match ? CopyMatch(output[written..]) : CopyStored(ref input, output[written..]);
                if (state == State.Stored && remaining > 0 && bitCount < 8 && input.IsEmpty) return written;
                continue;
            }

            if (state == State.Symbols && written == output.Length) return written;
            Refill(ref input);
            if (!Step(output, ref written)) return written;
        }

        return written;
    }

    private void Refill(ref ReadOnlySpan<byte> input)
    {
        while (bitCount <= 56 && !input.IsEmpty)
        {
            bits |= (ulong)input[0] << bitCount;
            bitCount += 8;
            input = input[1..];
        }
    }

    /// <summary>One step with the bits that are there. False when they are too few; then nothing was taken.</summary>
    private bool Step(scoped Span<byte> output, ref int written)
    {
        switch (state)
        {
            case State.BlockHeader:
                return ReadBlockHeader();
            case State.StoredLength:
                if (bitCount < 32) return false;
                var length = (int)Take(16);
                if (length != (~(int)Take(16) & 0xFFFF)) return Fail();
                remaining = length;
                if (length == 0) EndBlock();
                else state = State.Stored;
                return true;
            case State.DynamicHeader:
                if (bitCount < 14) return false;
                literalCount = (int)Take(5) + 257;
                distanceCount = (int)Take(5) + 1;
                lengthLengthCount = (int)Take(4) + 4;
                if (literalCount > 286 || distanceCount > 30) return Fail();
                lengths.AsSpan(0, lengthLengthOrder.Length).Clear();
                index = 0;
                state = State.LengthLengths;
                return true;
            case State.LengthLengths:
                if (bitCount < 3) return false;
                lengths[lengthLengthOrder[index++]] = (byte)Take(3);
                if (index < lengthLengthCount) return true;
                if (!literals.TryBuild(lengths.AsSpan(0, lengthLengthOrder.Length), mayBeEmpty: false)) return Fail();
                index = 0;
                state = State.Lengths;
                return true;
            case State.Lengths:
                return ReadLength();
            default:
                return ReadSymbol(output, ref written);
        }
    }

    private bool ReadBlockHeader()
    {
        if (bitCount < 3) return false;
        final = Take(1) == 1;
        switch (Take(2))
        {
            case 0:
                Take(bitCount & 7);
                state = State.StoredLength;
                return true;
            case 1:
                lengths.AsSpan(0, 144).Fill(8);
                lengths.AsSpan(144, 112).Fill(9);
                lengths.AsSpan(256, 24).Fill(7);
                lengths.AsSpan(280, 8).Fill(8);
                literals.TryBuild(lengths.AsSpan(0, 288), mayBeEmpty: false);
                lengths.AsSpan(0, 32).Fill(5);
                distances.TryBuild(lengths.AsSpan(0, 32), mayBeEmpty: false);
                state = State.Symbols;
                return true;
            case 2:
                state = State.DynamicHeader;
                return true;
            default:
                return Fail();
        }
    }

    private bool ReadLength()
    {
        var symbol = literals.Decode(bits, bitCount, out var taken);
        if (symbol == HuffmanTable.NeedMoreBits) return false;
        if (symbol == HuffmanTable.NoSuchCode) return Fail();
        var (extra, repeats) = symbol switch { 16 => (2, 3), 17 => (3, 3), 18 => (7, 11), _ => (0, 1) };
        if (bitCount < taken + extra) return false;
        if (symbol == 16 && index == 0) return Fail();
        Take(taken);
        repeats += (int)Take(extra);
        if (index + repeats > literalCount + distanceCount) return Fail();
        var value = symbol switch { 16 => lengths[index - 1], 17 or 18 => (byte)0, _ => (byte)symbol };
        lengths.AsSpan(index, repeats).Fill(value);
        index += repeats;
        if (index < literalCount + distanceCount) return true;

        if (lengths[EndOfBlock] == 0
            || !literals.TryBuild(lengths.AsSpan(0, literalCount), mayBeEmpty: true)
            || !distances.TryBuild(lengths.AsSpan(literalCount, distanceCount), mayBeEmpty: true))
            return Fail();
        state = State.Symbols;
        return true;
    }

    /// <summary>A literal, the block's end, or a length with its distance: 48 bits at most, all of them or none.</summary>
    private bool ReadSymbol(scoped Span<byte> output, ref int written)
    {
        var symbol = literals.Decode(bits, bitCount, out var taken);
        if (symbol == HuffmanTable.NeedMoreBits) return false;
        if (symbol is HuffmanTable.NoSuchCode or > 285) return Fail();
        if (symbol <= EndOfBlock)
        {
            Take(taken);
            if (symbol == EndOfBlock) EndBlock();
            else Put(output[written++..], (byte)symbol);
            return true;
        }

        var lengthExtra = lengthExtraBits[symbol - 257];
        var length = lengthBases[symbol - 257] + (int)((bits >> taken) & ((1u << lengthExtra) - 1));
        taken += lengthExtra;
        if (taken > bitCount) return false;
        var code = distances.Decode(bits >> taken, bitCount - taken, out var distanceTaken);
        if (code == HuffmanTable.NeedMoreBits) return false;
        if (code is HuffmanTable.NoSuchCode or > 29) return Fail();
        taken += distanceTaken;
        var distanceExtra = distanceExtraBits[code];
        if (taken + distanceExtra > bitCount) return false;
        distance = distanceBases[code] + (int)((bits >> taken) & ((1u << distanceExtra) - 1));
        if (distance > windowFilled) return Fail();
        Take(taken + distanceExtra);
        remaining = length;
        state = State.Match;
        return true;
    }

    private int CopyMatch(scoped Span<byte> output)
    {
        var count = Math.Min(remaining, output.Length);
        for (var i = 0; i < count; i++) Put(output[i..], window[(windowAt - distance) & (WindowSize - 1)]);
        remaining -= count;
        if (remaining == 0) state = State.Symbols;
        return count;
    }

    private int CopyStored(ref ReadOnlySpan<byte> input, scoped Span<byte> output)
    {
        var count = 0;
        while (count < output.Length && remaining > 0)
        {
            byte b;
            if (bitCount >= 8)
            {
                b = (byte)Take(8);
            }
            else if (!input.IsEmpty)
            {
                b = input[0];
                input = input[1..];
            }
            else
            {
                return count;
            }

            Put(output[count++..], b);
            remaining--;
        }

        if (remaining == 0) EndBlock();
        return count;
    }

    private void EndBlock()
    {
        // What follows a final block begins with a whole byte.
        if (final) Take(bitCount & 7);
        state = State.BlockHeader;
    }

    private void Put(scoped Span<byte> output, byte b)
    {
        output[0] = b;
        window[windowAt] = b;
        windowAt = (windowAt + 1) & (WindowSize - 1);
        if (windowFilled < WindowSize) windowFilled++;
    }

    private uint Take(int count)
    {
        var value = (uint)(bits & ((1ul << count) - 1));
        bits >>= count;
        bitCount -= count;
        return value;
    }

    private bool Fail()
    {
        state = State.Failed;
        return false;
    }
}
