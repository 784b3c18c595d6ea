using System.Text;

namespace RealtimeHello.Client.Terminal;

/// <summary>
/// Turns a terminal's bytes into keys, however they are cut: UTF-8 text, control characters, and the escape sequences of xterm and its kin
/// (ECMA-48 CSI and SS3, bracketed paste). What it does not know it swallows whole, so that no remains of a sequence end up in the text.
/// <code>
/// ground --ESC--> escape --'['--> csi --final--> ground        csi "200~" --> paste --ESC[201~--> ground
///                    \--'O'--> ss3 --any--> ground      \--other--> ground (Alt+key)
/// </code>
/// </summary>
internal sealed class KeyDecoder
{
    /// <summary>Characters of a paste that are kept; what is beyond is dropped.</summary>
    public const int LongestPaste = 32 * 1024;

    private const int LongestSequence = 32;
    private const string PasteEnd = "\e[201~";

    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _sequence = new();
    private readonly StringBuilder _paste = new();
    private State _state;
    private int _endSeen;

    private enum State
    {
        Ground,
        Escape,
        Csi,
        Ss3,
        Paste,
    }

    /// <returns>The keys that are complete.</returns>
    public IReadOnlyList<Key> Push(ReadOnlySpan<byte> bytes)
    {
        List<Key> keys = [];
        Span<char> characters = stackalloc char[256];
        while (!bytes.IsEmpty)
        {
            _utf8.Convert(bytes, characters, flush: false, out var read, out var written, out _);
            bytes = bytes[read..];
            foreach (var c in characters[..written]) Take(c, keys);
        }

        FlushText(keys);
        return keys;
    }

    private void Take(char c, List<Key> keys)
    {
        switch (_state)
        {
            case State.Ground when c == '\e': _state = State.Escape; break;
            case State.Ground: TakePlain(c, keys); break;
            case State.Escape: TakeAfterEscape(c, keys); break;
            case State.Csi: TakeCsi(c, keys); break;
            case State.Ss3:
                _state = State.Ground;
                Add(keys, Cursor(c));
                break;
            case State.Paste: TakePaste(c, keys); break;
        }
    }

    private void TakePlain(char c, List<Key> keys)
    {
        if (c is < ' ' or '\x7f') Add(keys, Control(c));
        else if (c is < '\x80' or > '\x9f') _text.Append(c);
    }

    private void TakeAfterEscape(char c, List<Key> keys)
    {
        _state = State.Ground;
        switch (c)
        {
            case '[':
                _state = State.Csi;
                _sequence.Clear();
                break;
            case 'O': _state = State.Ss3; break;
            case '\e': _state = State.Escape; break;
            case '\r' or '\n': Add(keys, KeyCode.NewLine); break;
            case 'b': Add(keys, KeyCode.WordLeft); break;
            case 'f': Add(keys, KeyCode.WordRight); break;
            case 'd': Add(keys, KeyCode.KillWordForward); break;
            case '\x7f' or '\b': Add(keys, KeyCode.KillWord); break;
            // Escape by itself means nothing here, so this is the next key.
            default: TakePlain(c, keys); break;
        }
    }

    private void TakeCsi(char c, List<Key> keys)
    {
        if (c == '\e')
        {
            _state = State.Escape;
            return;
        }

        if (c is >= ' ' and < '@' || (c == '[' && _sequence.Length == 0))
        {
            if (_sequence.Length < LongestSequence) _sequence.Append(c);
            return;
        }

        _state = State.Ground;
        if (c is < '@' or > '~') return;
        var parameters = _sequence.ToString();
        if (c == '~' && parameters == "200")
        {
            FlushText(keys);
            _paste.Clear();
            _state = State.Paste;
        }
        else if (c == '~')
        {
            Add(keys, Editing(parameters));
        }
        else if (!parameters.StartsWith('['))
        {
            Add(keys, IsWithModifier(parameters) ? Word(c) ?? Cursor(c) : Cursor(c));
        }
    }

    /// <summary>The end is looked for apart from the text, which may be full already. Only its first character is an Escape.</summary>
    private void TakePaste(char c, List<Key> keys)
    {
        if (c == PasteEnd[_endSeen])
        {
            if (++_endSeen < PasteEnd.Length) return;
            _state = State.Ground;
            _endSeen = 0;
            keys.Add(new Key(KeyCode.Paste, _paste.ToString()));
            _paste.Clear();
            return;
        }

        // What looked like the end was text.
        foreach (var seen in PasteEnd.AsSpan(0, _endSeen)) Keep(seen);
        _endSeen = c == PasteEnd[0] ? 1 : 0;
        if (_endSeen == 0) Keep(c);
    }

    private void Keep(char c)
    {
        if (_paste.Length < LongestPaste) _paste.Append(c);
    }

    private static bool IsWithModifier(string parameters) => parameters.Contains(';', StringComparison.Ordinal);

    private static KeyCode? Word(char final) => final switch
    {
        'C' => KeyCode.WordRight,
        'D' => KeyCode.WordLeft,
        _ => null,
    };

    private static KeyCode? Cursor(char final) => final switch
    {
        'A' => KeyCode.Up,
        'B' => KeyCode.Down,
        'C' => KeyCode.Right,
        'D' => KeyCode.Left,
        'H' => KeyCode.Home,
        'F' => KeyCode.End,
        'M' => KeyCode.Enter,
        _ => null,
    };

    private static KeyCode? Editing(string parameters) => parameters.Split(';')[0] switch
    {
        "1" or "7" => KeyCode.Home,
        "3" => KeyCode.Delete,
        "4" or "8" => KeyCode.End,
        _ => null,
    };

    /// <summary>What a control character means, or null.</summary>
    public static KeyCode? Control(char c) => c switch
    {
        '\x01' => KeyCode.Home,
        '\x02' => KeyCode.Left,
        '\x03' => KeyCode.Interrupt,
        '\x04' => KeyCode.EndOfInput,
        '\x05' => KeyCode.End,
        '\x06' => KeyCode.Right,
        '\x08' or '\x7f' => KeyCode.Backspace,
        '\x09' => KeyCode.Tab,
        '\x0a' => KeyCode.NewLine,
        '\x0b' => KeyCode.KillToEnd,
        '\x0c' => KeyCode.Redraw,
        '\x0d' => KeyCode.Enter,
        '\x0e' => KeyCode.Down,
        '\x10' => KeyCode.Up,
        '\x15' => KeyCode.KillToStart,
        '\x17' => KeyCode.KillWord,
        '\x19' => KeyCode.Yank,
        '\x1a' => KeyCode.Suspend,
        _ => null,
    };

    private void Add(List<Key> keys, KeyCode? code)
    {
        if (code is null) return;
        FlushText(keys);
        keys.Add(new Key(code.Value));
    }

    private void FlushText(List<Key> keys)
    {
        // A surrogate pair that the decoder hands over in halves stays together.
        if (_text.Length == 0) return;
        keys.Add(new Key(KeyCode.Text, _text.ToString()));
        _text.Clear();
    }
}
