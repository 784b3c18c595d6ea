namespace RealtimeHello.Recording.Masking;

/// <summary>
/// Overwrites secrets in HTTP heads with <c>*</c>, in place and at the same length, so that ranges and hex stay true. Takes a direction's
/// head bytes in order, cut anywhere, also in the middle of a secret or of the name that announces one.
/// <code>
/// FirstLine -('?')-> QueryName -('=')-> QueryValue -('&amp;' '#')-> QueryName ...    -(LF)-> LineStart   (nothing on it: FirstLine)
/// LineStart -> Name -(':')-> Value | SecretValue | Protocol -(LF)-> LineStart          (a blank line: FirstLine)
/// Value -('?' '#')-> QueryName ... -(' ')-> Value
/// </code>
/// A query is looked for in every field's value: proxies pass the address on under many names, and pages in Referer and Location.
/// </summary>
public sealed class HeadMasker(SecretNames names)
{
    private readonly char[] name = new char[SecretNames.LongestName];
    private State state = State.FirstLine;
    private int nameLength;
    private int percentDigits;
    private int percentValue;
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
        Protocol,
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
                // RFC 9112 2.2: an empty line in front of a request's is let through, and is no line of a head.
                if (b != '\r') nameLength = 1;
                if (b == '?') BeginQuery();
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
            case State.Value:
                if (b is (byte)'?' or (byte)'#') BeginQuery();
                break;
            case State.Protocol:
                NextOfProtocol(b);
                break;
            case State.QueryName:
                NextOfQueryName(b);
                break;
            case State.QueryValue:
                if (b is (byte)' ' or (byte)'\r') state = State.Value;
                // A server takes what follows a # for part of the value.
                else if (b == '&' || (b == '#' && !secretParameter)) BeginQuery();
                else if (secretParameter) b = (byte)'*';
                break;
        }
    }

    private void EndLine()
    {
        var blank = state is State.LineStart or State.BlankLine || IsAtStart;
        state = blank ? State.FirstLine : State.LineStart;
        nameLength = 0;
    }

    private State StateOfValue()
    {
        var field = name.AsSpan(0, Math.Min(nameLength, name.Length)).TrimEnd();
        if (names.IsSecretHeader(field)) return State.SecretValue;
        nameLength = 0;
        return field.Equals("Sec-WebSocket-Protocol", StringComparison.OrdinalIgnoreCase) ? State.Protocol : State.Value;
    }

    private void BeginQuery()
    {
        state = State.QueryName;
        nameLength = 0;
        percentDigits = 0;
    }

    /// <summary>
    /// A page can't set headers on a WebSocket, so some send their token as a subprotocol behind a word that announces it: <c>access_token, TOKEN</c>,
    /// <c>base64url.bearer.authorization.k8s.io.TOKEN</c>.
    /// </summary>
    private void NextOfProtocol(byte b)
    {
        if (b is not ((byte)',' or (byte)'.' or (byte)' ' or (byte)'\t'))
        {
            Append((char)b);
            return;
        }

        var word = name.AsSpan(0, Math.Min(nameLength, name.Length));
        if (names.IsSecretParameter(word) || names.IsSecretHeader(word) || word.Equals("bearer", StringComparison.OrdinalIgnoreCase)) state = folded = State.SecretValue;
        nameLength = 0;
    }

    private void NextOfQueryName(byte b)
    {
        if (b == '=')
        {
            secretParameter = names.IsSecretParameter(name.AsSpan(0, Math.Min(nameLength, name.Length)));
            state = State.QueryValue;
        }
        else if (b is (byte)'&' or (byte)'#' or (byte)'?')
        {
            BeginQuery();
        }
        else if (b is (byte)' ' or (byte)'\r')
        {
            state = State.Value;
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
