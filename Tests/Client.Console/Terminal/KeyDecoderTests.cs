using System.Text;
using CsCheck;
using RealtimeHello.Client.Terminal;

namespace RealtimeHello.Tests.Client.Terminal;

public sealed class KeyDecoderTests
{
    private const string PasteBegin = "\e[200~";
    private const string PasteEnd = "\e[201~";

    [Theory]
    [InlineData("a", "Text:a")]
    [InlineData("héllo 日本 👩‍💻", "Text:héllo 日本 👩‍💻")]
    [InlineData("\r", "Enter")]
    [InlineData("\n", "NewLine")]
    [InlineData("\e\r", "NewLine")]
    [InlineData("\x7f\b", "Backspace Backspace")]
    [InlineData("\e[A\e[B\e[C\e[D", "Up Down Right Left")]
    [InlineData("\eOA\eOH\eOF\eOM", "Up Home End Enter")]
    [InlineData("\e[H\e[F\e[1~\e[4~\e[7~\e[8~\e[3~", "Home End Home End Home End Delete")]
    [InlineData("\e[1;5C\e[1;5D\ef\eb\ed\e\x7f", "WordRight WordLeft WordRight WordLeft KillWordForward KillWord")]
    [InlineData("\x01\x05\x0b\x15\x17\x19\x0c\x03\x04\x1a", "Home End KillToEnd KillToStart KillWord Yank Redraw Interrupt EndOfInput Suspend")]
    [InlineData("a\e[Ab", "Text:a Up Text:b")]
    [InlineData("\e[15~\e[99;1;2x\eOZ\e[?1;2cA", "Text:A")]
    [InlineData("\e[[AB", "Text:B")]
    [InlineData("\e\e[A", "Up")]
    [InlineData("\ex", "Text:x")]
    [InlineData("\u0085\u009bA", "Text:A")]
    public void Bytes_of_a_terminal_are_keys(string bytes, string keys) => Told(Push(new KeyDecoder(), bytes)).Should().Be(keys);

    [Fact]
    public void A_paste_is_one_key_whatever_it_holds_but_its_end() =>
        Told(Push(new KeyDecoder(), $"x{PasteBegin}a\rb\e[A\e[20~\e\e[201{PasteEnd}y")).Should().Be("Text:x Paste:a\rb\e[A\e[20~\e\e[201 Text:y");

    [Fact]
    public void A_paste_of_any_length_ends_where_it_ends()
    {
        foreach (var tail in new[] { "", "\e", "\e[", "\e[201", "\e\e" })
        {
            for (var more = -7; more <= 7; more++)
            {
                var text = new string('x', KeyDecoder.LongestPaste + more) + tail;
                var keys = Push(new KeyDecoder(), PasteBegin + text + PasteEnd + "y");
                keys.Should().Equal(new Key(KeyCode.Paste, text[..Math.Min(text.Length, KeyDecoder.LongestPaste)]), new Key(KeyCode.Text, "y"));
            }
        }
    }

    [Fact]
    public void Keys_do_not_depend_on_where_the_bytes_were_cut()
    {
        var bytes = Encoding.UTF8.GetBytes($"aé日\e[1;5C👩‍💻\eOA{PasteBegin}p\e[20\r{PasteEnd}\x7f\e\r\e[3~ö");
        var whole = Joined(new KeyDecoder().Push(bytes));
        Gen.Int[1, bytes.Length].List[0, 8].Sample(cuts =>
        {
            var decoder = new KeyDecoder();
            var keys = new List<Key>();
            var at = 0;
            foreach (var cut in cuts.Append(bytes.Length).Order())
            {
                keys.AddRange(decoder.Push(bytes.AsSpan(at, cut - at)));
                at = cut;
            }

            Joined(keys).Should().Be(whole);
        }, iter: 500);
    }

    [Fact]
    public void Any_bytes_give_keys_without_control_characters()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            var keys = new KeyDecoder().Push(bytes);
            keys.Where(key => key.Code == KeyCode.Text).Should().NotContain(key => key.Text.Any(char.IsControl));
        }, iter: 2_000);
    }

    private static IReadOnlyList<Key> Push(KeyDecoder decoder, string text) => decoder.Push(Encoding.UTF8.GetBytes(text));

    private static string Told(IEnumerable<Key> keys) => string.Join(' ', keys.Select(key => key.Text.Length > 0 ? $"{key.Code}:{key.Text}" : $"{key.Code}"));

    /// <summary>Text that comes in pieces is the same text.</summary>
    private static string Joined(IEnumerable<Key> keys)
    {
        var told = new StringBuilder();
        KeyCode? last = null;
        foreach (var key in keys)
        {
            if (key.Code != KeyCode.Text || last != KeyCode.Text) told.Append(' ').Append(key.Code).Append(':');
            told.Append(key.Text);
            last = key.Code;
        }

        return told.ToString();
    }
}
