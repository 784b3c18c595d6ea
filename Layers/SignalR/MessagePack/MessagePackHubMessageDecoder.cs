using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR.MessagePack;

/// <summary>
/// Hub messages in MessagePack, each after its length: seven bits a byte, the lowest first, the highest bit set where more follow.
/// <code>
/// Length -> Body -> Length
/// Length -> (too long: Skipping -> Length)
/// Length -> (no length: Lost)
/// </code>
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#messagepack-msgpack-encoding</remarks>
internal sealed class MessagePackHubMessageDecoder(ILayerOutput output, DecoderLimits limits) : HubMessageDecoder(output)
{
    private const int LongestLength = 5;

    private PooledBytes gathered;
    private State state;
    private int lengthBytes;
    private long remaining;
    private long start;

    private enum State : byte
    {
        Length,
        Body,
        Skipping,
        Lost,
    }

    /// <inheritdoc/>
    public override bool IsBetweenMessages => state == State.Length && lengthBytes == 0;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        while (!bytes.IsEmpty && state != State.Lost)
        {
            int count;
            if (state == State.Length)
            {
                if (lengthBytes == 0) start = source.Of(0, 1).Start;
                count = 1;
                ReadLength(bytes[0], source.Of(0, 1).End);
            }
            else
            {
                count = (int)Math.Min(bytes.Length, remaining);
                remaining -= count;
                if (state == State.Body && remaining > 0) gathered.Append(bytes[..count]);
                if (remaining == 0) EndBody(bytes[..count], source.Of(count - 1, count).End);
            }

            bytes = bytes[count..];
            source = source.From(count);
        }
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        if (ending != StreamEnding.Cut && state != State.Lost && !IsBetweenMessages)
            Output.Emit(HubMessageFields.Fault("The stream ends within a hub message."), new ByteRange(start, offset));
        Close();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        gathered.Clear();
        state = State.Lost;
    }

    private void ReadLength(byte b, long end)
    {
        remaining |= (long)(b & 0x7F) << (7 * lengthBytes);
        lengthBytes++;
        if ((b & 0x80) != 0 && lengthBytes < LongestLength) return;
        if ((b & 0x80) != 0 || remaining > int.MaxValue)
        {
            Output.Emit(HubMessageFields.Fault("The length before a hub message is no number up to 2^31-1; where the next one begins is not known."), new ByteRange(start, end));
            Close();
            return;
        }

        state = State.Body;
        if (remaining > limits.HubMessageBytes)
        {
            Output.Emit(HubMessageFields.Fault($"A hub message of {remaining} bytes is longer than {limits.HubMessageBytes} bytes."), new ByteRange(start, end));
            state = State.Skipping;
        }
        else if (remaining == 0)
        {
            EndBody([], end);
        }
    }

    private void EndBody(ReadOnlySpan<byte> last, long end)
    {
        var range = new ByteRange(start, end);
        if (state == State.Body && gathered.Length == 0)
        {
            Output.Emit(MessagePackHubMessageReader.Read(last, limits), range);
        }
        else if (state == State.Body)
        {
            gathered.Append(last);
            Output.Emit(MessagePackHubMessageReader.Read(gathered.Span, limits), range);
            gathered.Clear();
        }

        state = State.Length;
        lengthBytes = 0;
        remaining = 0;
    }
}
