namespace RealtimeHello.Client.Terminal;

/// <summary>What a press of a key means to a line of input.</summary>
internal enum KeyCode
{
    /// <summary>Printable text, one or several characters.</summary>
    Text,

    /// <summary>Pasted text, perhaps of several lines.</summary>
    Paste,
    Enter,
    NewLine,
    Tab,
    Backspace,
    Delete,
    Left,
    Right,
    WordLeft,
    WordRight,
    Up,
    Down,
    Home,
    End,
    KillToEnd,
    KillToStart,
    KillWord,
    KillWordForward,
    Yank,
    Redraw,
    Interrupt,
    EndOfInput,
    Suspend,
}

/// <summary>One press of a key, or one paste.</summary>
/// <param name="Code">What it means.</param>
/// <param name="Text">For Text and Paste; else empty.</param>
internal readonly record struct Key(KeyCode Code, string Text = "");
