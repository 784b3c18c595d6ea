using System.Text;
using System.Threading.Channels;

namespace RealtimeHello.Client.Terminal;

/// <summary>A Windows console: keys through Console.ReadKey; a paste comes as single keys. Its size is looked at when something is drawn.</summary>
internal sealed class WindowsTerminal : ITerminal
{
    private readonly Channel<Key> _keys = Channel.CreateBounded<Key>(new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly bool _treatedControlC = Console.TreatControlCAsInput;
    private readonly Encoding _encoding = Console.OutputEncoding;

    private readonly Action _interrupted;

    /// <param name="interrupted">Called, on the thread of the keys, at Ctrl+C.</param>
    public WindowsTerminal(Action interrupted)
    {
        _interrupted = interrupted;
        Console.TreatControlCAsInput = true;
        Console.OutputEncoding = Encoding.UTF8;
        new Thread(ReadKeys) { IsBackground = true, Name = "Keys" }.Start();
    }

    public event Action? Resized
    {
        add { }
        remove { }
    }

    public (int Width, int Height) Size => TerminalSize.Of(Console.WindowWidth, Console.WindowHeight);

    public ChannelReader<Key> Keys => _keys.Reader;

    public void Write(string frame)
    {
        _output.Write(Encoding.UTF8.GetBytes(frame));
        _output.Flush();
    }

    public void Suspend()
    {
        // There is no job control.
    }

    public void Dispose()
    {
        Write("\e[?7h\e[?25h");
        Console.TreatControlCAsInput = _treatedControlC;
        Console.OutputEncoding = _encoding;
    }

    private void ReadKeys()
    {
        try
        {
            while (true)
            {
                var key = Read(Console.ReadKey(intercept: true));
                if (key?.Code == KeyCode.Interrupt) _interrupted();
                else if (key is { } pressed) _keys.Writer.WriteAsync(pressed).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException or ChannelClosedException)
        {
            _keys.Writer.TryComplete();
        }
    }

    private static Key? Read(ConsoleKeyInfo pressed)
    {
        var withControl = pressed.Modifiers.HasFlag(ConsoleModifiers.Control);
        var withAlt = pressed.Modifiers.HasFlag(ConsoleModifiers.Alt);
        KeyCode? code = pressed.Key switch
        {
            ConsoleKey.Enter => withControl || withAlt ? KeyCode.NewLine : KeyCode.Enter,
            ConsoleKey.Tab => KeyCode.Tab,
            ConsoleKey.Backspace => withControl || withAlt ? KeyCode.KillWord : KeyCode.Backspace,
            ConsoleKey.Delete => KeyCode.Delete,
            ConsoleKey.LeftArrow => withControl ? KeyCode.WordLeft : KeyCode.Left,
            ConsoleKey.RightArrow => withControl ? KeyCode.WordRight : KeyCode.Right,
            ConsoleKey.UpArrow => KeyCode.Up,
            ConsoleKey.DownArrow => KeyCode.Down,
            ConsoleKey.Home => KeyCode.Home,
            ConsoleKey.End => KeyCode.End,
            _ => null,
        };
        if (code is { } known) return new Key(known);
        if (pressed.KeyChar is < ' ' and > '\0') return KeyDecoder.Control(pressed.KeyChar) is { } control ? new Key(control) : null;
        return pressed.KeyChar == '\0' ? null : new Key(KeyCode.Text, pressed.KeyChar.ToString());
    }
}
