using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Layers.SignalR.Json;

/// <summary>
/// Hub messages in JSON, each ended by 0x1E, several in a frame or one over several.
/// <code>
/// Message -> (0x1E: Message)
/// Message -> (too long: Skipping -> (0x1E: Message))
/// </code>
/// </summary>
/// <remarks>https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md#json-encoding</remarks>
internal sealed class JsonHubMessageDecoder(ILayerOutput output, DecoderLimits limits) : HubMessageDecoder(output)
{
    private const byte RecordSeparator = 0x1E;

    private PooledBytes gathered;
    private State state;
    private long start;

    private enum State : byte
    {
        Between,
        Message,
        Skipping,
    }

    /// <inheritdoc/>
    public override bool IsBetweenMessages => state == State.Between;

    /// <inheritdoc/>
    public override void Push(ReadOnlySpan<byte> bytes, ByteSource source)
    {
        while (!bytes.IsEmpty)
        {
            if (state == State.Between)
            {
                start = source.Of(0, 1).Start;
                state = State.Message;
            }

            var end = bytes.IndexOf(RecordSeparator);
            var count = end < 0 ? bytes.Length : end;
            var room = limits.HubMessageBytes - gathered.Length;
            if (state == State.Message && count > room)
            {
                Output.Emit(
                    HubMessageFields.Fault($"A hub message is longer than {limits.HubMessageBytes} bytes."), new ByteRange(start, source.Of(room, room + 1).End));
                gathered.Clear();
                state = State.Skipping;
            }

            if (end < 0)
            {
                if (state == State.Message) gathered.Append(bytes);
                return;
            }

            if (state == State.Message) EndMessage(bytes[..end], new ByteRange(start, source.Of(end, end + 1).End));
            state = State.Between;
            bytes = bytes[(end + 1)..];
            source = source.From(end + 1);
        }
    }

    /// <inheritdoc/>
    public override void Complete(StreamEnding ending, long offset)
    {
        if (ending != StreamEnding.Cut && state != State.Between)
            Output.Emit(HubMessageFields.Fault("The stream ends within a hub message."), new ByteRange(start, offset));
        Close();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        gathered.Clear();
        state = State.Between;
    }

    private void EndMessage(ReadOnlySpan<byte> last, ByteRange range)
    {
        if (gathered.Length == 0)
        {
            Output.Emit(JsonHubMessageReader.Read(last, limits), range);
            return;
        }

        gathered.Append(last);
        Output.Emit(JsonHubMessageReader.Read(gathered.Span, limits), range);
        gathered.Clear();
    }
}
