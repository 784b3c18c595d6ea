namespace RealtimeHello.Recording.Masking;

/// <summary>
/// Overwrites secrets in HTTP heads with <c>*</c>, in place and at the same length, so that ranges and hex stay true. Takes a direction's
/// head bytes in order, cut anywhere, also in the middle of a secret or of the name that announces one.
/// <code>
/// FirstLine -('?')-> QueryName -('=')-> QueryValue -('&amp;')-> QueryName ...    -(LF)-> LineStart
/// LineStart -> Name -(':')-> Value | SecretValue | Address -(LF)-> LineStart      (a blank line: FirstLine)
/// </code>
/// </summary>
public sealed class HeadMasker(SecretNames names)
{
    private readonly char[] name = new char[SecretNames.LongestName];
    private State state = State.FirstLine;
    private int nameLength;
    private int percentDigits;
    private int percentValue;
    private bool inAddress;
    private bool secretParameter;
    private State folded = State.Value;

    private enum State : byte
    {
        FirstLine,
        LineStart,
        BlankLine,
        Name,
        Value,
        SecretValue,
        Address,
        QueryName,
        QueryValue,
    }

    /// <summary>The next byte begins a head.</summary>
    public bool IsAtStart => state == State.FirstLine && nameLength == 0;

    /// <summary>Masks what is secret in <paramref name="bytes"/>.</summary>
    public void Mask(Span<byte> bytes)
    {
        foreach (ref var b in bytes) Next(ref b);
    }

    private void Next(ref byte b)
    {
        if (b == '\n')
        {
            EndLine();
            return;
        }

        switch (state)
        {
            case State.FirstLine:
                nameLength = 1;
                if (b == '?') BeginQuery(address: false);
                break;
            case State.LineStart when b == '\r':
                state = State.BlankLine;
                break;
            case State.LineStart when b is (byte)' ' or (byte)'\t':
                // RFC 9112 5.2: a folded line goes on with the value of the line before.
                state = folded;
                break;
            case State.LineStart or State.BlankLine:
                state = State.Name;
                nameLength = 0;
                Append((char)b);
                break;
            case State.Name when b == ':':
                state = folded = StateOfValue();
                break;
            case State.Name:
                Append((char)b);
                break;
            case State.SecretValue:
                if (b is not ((byte)' ' or (byte)'\t' or (byte)'\r')) b = (byte)'*';
                break;
            case State.Address:
                if (b == '?') BeginQuery(address: true);
                break;
            case State.QueryName:
                NextOfQueryName(b);
                break;
            case State.QueryValue:
                if (b == '&') BeginQuery(inAddress);
                else if (b is (byte)' ' or (byte)'\r' or (byte)'#') EndQuery();
                else if (secretParameter) b = (byte)'*';
                break;
        }
    }

    private void EndLine()
    {
        var blank = state is State.LineStart or State.BlankLine;
        state = blank ? State.FirstLine : State.LineStart;
        nameLength = 0;
    }

    private State StateOfValue()
    {
        var field = name.AsSpan(0, Math.Min(nameLength, name.Length)).TrimEnd();
        if (names.IsSecretHeader(field)) return State.SecretValue;
        return field.Equals("Referer", StringComparison.OrdinalIgnoreCase) || field.Equals("Location", StringComparison.OrdinalIgnoreCase)
            ? State.Address
            : State.Value;
    }

    private void BeginQuery(bool address)
    {
        inAddress = address;
        state = State.QueryName;
        nameLength = 0;
        percentDigits = 0;
    }

    private void EndQuery() => state = inAddress ? State.Address : State.Value;

    private void NextOfQueryName(byte b)
    {
        if (b == '=')
        {
            secretParameter = names.IsSecretParameter(name.AsSpan(0, Math.Min(nameLength, name.Length)));
            state = State.QueryValue;
        }
        else if (b == '&')
        {
            BeginQuery(inAddress);
        }
        else if (b is (byte)' ' or (byte)'\r' or (byte)'#')
        {
            EndQuery();
        }
        else if (b == '%')
        {
            // A server decodes access%5Ftoken before it compares, and so must this.
            percentDigits = 2;
            percentValue = 0;
        }
        else if (percentDigits > 0 && char.IsAsciiHexDigit((char)b))
        {
            percentValue = (percentValue << 4) | (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
            if (--percentDigits == 0) Append((char)percentValue);
        }
        else
        {
            percentDigits = 0;
            Append((char)b);
        }
    }

    /// <summary>A name longer than any secret one keeps its length, so that it equals none.</summary>
    private void Append(char c)
    {
        if (nameLength < name.Length) name[nameLength] = c;
        nameLength = Math.Min(nameLength + 1, name.Length + 1);
        if (nameLength > name.Length) name[0] = '\0';
    }
}
