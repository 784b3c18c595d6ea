using System.Text;
using System.Text.Json;

namespace RealtimeHello.Recording.Masking;

/// <summary>
/// Overwrites the values of secret properties in JSON, byte by byte, so that the text keeps its length and stays JSON: characters of a string
/// become <c>*</c>, digits <c>9</c>, true and false become null; of an object or an array everything inside. Takes bytes cut anywhere, and
/// whatever follows a record separator (0x1E) as a new text. Never throws: what is not JSON passes as it is.
/// <code>
/// Structure -('"')-> String -('\')-> Escape -> String -('"')-> Structure
/// Structure -(other)-> Literal -(delimiter)-> Structure
/// </code>
/// </summary>
/// <remarks>https://www.rfc-editor.org/rfc/rfc8259</remarks>
internal sealed class JsonPropertyMasker(SecretNames names)
{
    /// <summary>SignalR's end of a hub message.</summary>
    public const byte RecordSeparator = 0x1E;

    /// <summary>Objects and arrays within each other that are told apart; whatever stands deeper is masked.</summary>
    private const int DeepestLevel = 64;

    /// <summary>A name all of whose characters are escaped, between its quotes.</summary>
    private const int LongestRawName = (SecretNames.LongestName * 6) + 2;

    private readonly byte[] name = new byte[LongestRawName];
    private State state;
    private int nameLength;
    private bool nameIsEscaped;
    private ulong objects;
    private int depth;
    private int secretDepth;
    private bool expectsName;
    private bool inName;
    private bool nameIsSecret;
    private bool valueIsSecret;
    private byte literal;
    private int literalLength;

    private enum State : byte
    {
        Structure,
        String,
        Escape,
        Literal,
    }

    private bool IsSecret => valueIsSecret || secretDepth > 0 || depth > DeepestLevel;

    /// <summary>A new text begins.</summary>
    public void Reset()
    {
        state = State.Structure;
        depth = secretDepth = 0;
        expectsName = inName = nameIsSecret = valueIsSecret = false;
    }

    /// <summary>The next byte; returns what is stored for it.</summary>
    public byte Next(byte b)
    {
        if (b == RecordSeparator)
        {
            Reset();
            return b;
        }

        switch (state)
        {
            case State.String:
                return NextOfString(b);
            case State.Escape:
                state = State.String;
                return NextOfText(b);
            case State.Literal when !EndsLiteral(b):
                literalLength++;
                return MaskedLiteral(b);
            default:
                state = State.Structure;
                return NextOfStructure(b);
        }
    }

    private static bool EndsLiteral(byte b) => b is (byte)',' or (byte)'}' or (byte)']' or (byte)':' or (byte)'"' or (byte)'{' or (byte)'[' || IsWhite(b);

    private static bool IsWhite(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private byte NextOfStructure(byte b)
    {
        switch (b)
        {
            case (byte)'"':
                state = State.String;
                inName = expectsName;
                nameIsEscaped = false;
                nameLength = 0;
                Append(b);
                break;
            case (byte)'{' or (byte)'[':
                Open(isObject: b == '{');
                break;
            case (byte)'}' or (byte)']':
                if (depth == secretDepth) secretDepth = 0;
                if (depth > 0) depth--;
                expectsName = valueIsSecret = false;
                break;
            case (byte)',':
                expectsName = depth is > 0 and <= DeepestLevel && (objects & Bit(depth)) != 0;
                valueIsSecret = false;
                break;
            case (byte)':':
                expectsName = false;
                valueIsSecret = nameIsSecret;
                nameIsSecret = false;
                break;
            case var white when IsWhite(white):
                break;
            default:
                state = State.Literal;
                literal = b;
                literalLength = 0;
                return MaskedLiteral(b);
        }

        return b;
    }

    private static ulong Bit(int level) => 1UL << (level - 1);

    private void Open(bool isObject)
    {
        depth++;
        if (depth <= DeepestLevel) objects = isObject ? objects | Bit(depth) : objects & ~Bit(depth);
        if (valueIsSecret && secretDepth == 0) secretDepth = depth;
        expectsName = isObject && depth <= DeepestLevel;
        valueIsSecret = false;
    }

    private byte NextOfString(byte b)
    {
        if (b == '"')
        {
            state = State.Structure;
            Append(b);
            if (inName) nameIsSecret = IsSecretName();
            inName = false;
            return b;
        }

        if (b == '\\')
        {
            nameIsEscaped = true;
            state = State.Escape;
        }

        return NextOfText(b);
    }

    private byte NextOfText(byte b)
    {
        Append(b);
        return inName || !IsSecret ? b : (byte)'*';
    }

    private void Append(byte b)
    {
        if (!inName) return;
        if (nameLength < name.Length) name[nameLength] = b;
        nameLength++;
    }

    private byte MaskedLiteral(byte b)
    {
        if (!IsSecret) return b;
        if (literal == 't') return literalLength < 4 ? "null"u8[literalLength] : (byte)'*';
        if (literal == 'f') return literalLength < 5 ? "null "u8[literalLength] : (byte)'*';
        if (literal == 'n') return literalLength < 4 ? "null"u8[literalLength] : (byte)'*';
        if (char.IsAsciiDigit((char)b)) return (byte)'9';
        return b is (byte)'-' or (byte)'+' or (byte)'.' or (byte)'e' or (byte)'E' ? b : (byte)'*';
    }

    private bool IsSecretName()
    {
        if (nameLength > name.Length) return false;
        var raw = name.AsSpan(0, nameLength);
        Span<char> characters = stackalloc char[LongestRawName];
        if (!nameIsEscaped) return names.IsSecretProperty(characters[..Encoding.UTF8.GetChars(raw[1..^1], characters)]);
        try
        {
            var reader = new Utf8JsonReader(raw);
            return reader.Read() && names.IsSecretProperty(characters[..reader.CopyString(characters)]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No name at all: \x, or half a surrogate pair.
            return false;
        }
    }
}
