using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using RealtimeHello.Contracts;

namespace RealtimeHello.Client.Chat.Plain;

/// <summary>A line of the input, or why it can't be posted.</summary>
/// <param name="Number">1, 2, 3 ...</param>
/// <param name="Text">Without its line break; null when there is a fault.</param>
/// <param name="Fault">One sentence without its full stop; null when there is a text.</param>
internal readonly record struct InputLine(long Number, string? Text, string? Fault);

/// <summary>Reads UTF-8 lines that end with LF or CRLF; of a line that is too long for a message only the beginning is held in memory.</summary>
internal static class StandardInputLines
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="input">The bytes.</param>
    /// <param name="longest">Characters of a line, at most; a longer one has a fault.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<InputLine> Read(
        Stream input, int longest = ChatLimits.TextLength, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // UTF-8 takes at most three bytes for each UTF-16 code unit; one more for a CR.
        var mostBytes = (longest * 3) + 1;
        var reader = PipeReader.Create(input);
        var number = 0L;
        var isTooLong = false;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (TryCutLine(ref rest, out var line))
            {
                yield return isTooLong ? TooLong(++number, longest) : Decode(++number, line, longest);
                isTooLong = false;
            }

            if (rest.Length > mostBytes)
            {
                isTooLong = true;
                rest = rest.Slice(rest.End);
            }

            if (read.IsCompleted)
            {
                // The last line may lack its line break.
                if (isTooLong) yield return TooLong(++number, longest);
                else if (!rest.IsEmpty) yield return Decode(++number, rest, longest);
                await reader.CompleteAsync();
                yield break;
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
    }

    private static bool TryCutLine(ref ReadOnlySequence<byte> rest, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (rest.PositionOf((byte)'\n') is not { } end) return false;
        line = rest.Slice(0, end);
        rest = rest.Slice(rest.GetPosition(1, end));
        return true;
    }

    private static InputLine Decode(long number, ReadOnlySequence<byte> line, int longest)
    {
        if (line.Length > (longest * 3) + 1) return TooLong(number, longest);
        Span<byte> bytes = line.ToArray();
        if (number == 1 && bytes.StartsWith("\uFEFF"u8)) bytes = bytes[3..];
        if (bytes is [.., (byte)'\r']) bytes = bytes[..^1];
        try
        {
            var text = Strict.GetString(bytes);
            return text.Length > longest ? TooLong(number, longest) : new InputLine(number, text, null);
        }
        catch (DecoderFallbackException)
        {
            return new InputLine(number, null, "It is not UTF-8.");
        }
    }

    private static InputLine TooLong(long number, int longest) => new(number, null, $"It has more than {longest:N0} characters.");
}
