namespace RealtimeHello.Layers.WebSockets;

/// <summary>Checks UTF-8 (RFC 3629) as it comes, and finds the first byte that can't stand where it does, however the bytes are cut.</summary>
internal struct Utf8Check
{
    private byte expected;
    private byte low;
    private byte high;

    /// <summary>The bytes so far end within a character.</summary>
    public readonly bool IsWithinCharacter => expected > 0;

    /// <summary>The index of the first byte that is wrong, or -1.</summary>
    public int FirstBad(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (expected == 0)
            {
                var skipped = bytes[i..].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
                if (skipped < 0) return -1;
                i += skipped;
            }

            if (!Next(bytes[i])) return i;
        }

        return -1;
    }

    /// <summary>RFC 3629 4: the second byte's range keeps out what is too long, surrogates, and what is beyond U+10FFFF.</summary>
    private bool Next(byte b)
    {
        if (expected > 0)
        {
            if (b < low || b > high) return false;
            expected--;
            (low, high) = (0x80, 0xBF);
            return true;
        }

        (expected, low, high) = b switch
        {
            >= 0xC2 and <= 0xDF => ((byte)1, (byte)0x80, (byte)0xBF),
            0xE0 => ((byte)2, (byte)0xA0, (byte)0xBF),
            0xED => ((byte)2, (byte)0x80, (byte)0x9F),
            >= 0xE1 and <= 0xEF => ((byte)2, (byte)0x80, (byte)0xBF),
            0xF0 => ((byte)3, (byte)0x90, (byte)0xBF),
            >= 0xF1 and <= 0xF3 => ((byte)3, (byte)0x80, (byte)0xBF),
            0xF4 => ((byte)3, (byte)0x80, (byte)0x8F),
            _ => ((byte)0, (byte)0, (byte)0),
        };
        return expected > 0;
    }
}
