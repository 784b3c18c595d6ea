namespace RealtimeHello.Layers.WebSockets.Deflate;

/// <summary>A canonical Huffman code (RFC 1951 3.2.2): short codes by a table, longer ones bit by bit.</summary>
internal sealed class HuffmanTable
{
    /// <summary>The longest code, in bits.</summary>
    public const int LongestCode = 15;

    private const int FastBits = 10;

    private readonly ushort[] fast = new ushort[1 << FastBits]; // symbol * 16 + length; 0 where there is no code of at most FastBits
    private readonly ushort[] symbols = new ushort[288];        // in the order of their codes
    private readonly ushort[] counts = new ushort[LongestCode + 1];

    /// <summary>
    /// Makes the code of its symbols' lengths. False when there is no such code: more codes than fit, or, where it must be complete, fewer.
    /// As zlib does, a code of a single one-bit symbol is let through, and one without any symbol where <paramref name="mayBeEmpty"/>.
    /// </summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths, bool mayBeEmpty)
    {
        Array.Clear(counts);
        Array.Clear(fast);
        foreach (var length in lengths) counts[length]++;
        counts[0] = 0;

        var free = 1;
        var longest = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            free = (free << 1) - counts[length];
            if (free < 0) return false;
            if (counts[length] > 0) longest = length;
        }

        if (longest == 0) return mayBeEmpty;
        if (free > 0 && !(mayBeEmpty && longest == 1)) return false;

        Span<int> next = stackalloc int[LongestCode + 2];
        Span<int> codes = stackalloc int[LongestCode + 2];
        for (var length = 1; length <= LongestCode; length++)
        {
            next[length + 1] = next[length] + counts[length];
            codes[length + 1] = (codes[length] + counts[length]) << 1;
        }

        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = lengths[symbol];
            if (length == 0) continue;
            symbols[next[length]++] = (ushort)symbol;
            var code = codes[length]++;
            if (length <= FastBits) FillFast(symbol, length, code);
        }

        return true;
    }

    /// <summary>Decodes the symbol that <paramref name="bits"/> begin with, of which <paramref name="available"/> are there.</summary>
    /// <param name="bits">The first bit lowest; zero above those that are there.</param>
    /// <param name="available">How many bits are there.</param>
    /// <param name="length">How many of them the symbol takes.</param>
    /// <returns>The symbol, <see cref="NeedMoreBits"/>, or <see cref="NoSuchCode"/>.</returns>
    public int Decode(ulong bits, int available, out int length)
    {
        var entry = fast[(int)bits & ((1 << FastBits) - 1)];
        length = entry & 0xF;
        if (length > 0) return length <= available ? entry >> 4 : NeedMoreBits;

        var code = 0;
        var first = 0;
        var index = 0;
        for (length = 1; length <= LongestCode; length++)
        {
            if (length > available) return NeedMoreBits;
            code |= (int)(bits >> (length - 1)) & 1;
            var count = counts[length];
            if (code - count < first) return symbols[index + (code - first)];
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        return NoSuchCode;
    }

    /// <summary>The bits that are there are the beginning of a code.</summary>
    public const int NeedMoreBits = -1;

    /// <summary>The bits that are there are no code.</summary>
    public const int NoSuchCode = -2;

    private void FillFast(int symbol, int length, int code)
    {
        // Codes stand in the stream with their highest bit first, the table is asked with the first bit lowest.
        var reversed = 0;
        for (var bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
        for (var at = reversed; at < fast.Length; at += 1 << length) fast[at] = (ushort)((symbol << 4) | length);
    }
}
