using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CsCheck;
using MessagePack;
using RealtimeHello.Layers;
using RealtimeHello.Layers.WebSockets;
using RealtimeHello.Recording.Masking;

namespace RealtimeHello.Tests.Recording;

/// <summary>No secret of a payload is stored, and what is stored decodes as before.</summary>
public sealed class PayloadMaskerTests
{
    private static readonly string[] Properties = ["password", "card"];

    [Theory]
    [InlineData("""{"password":"hunter2"}""", """{"password":"*******"}""")]
    [InlineData("""{"user":"ada","PassWord" : "x\"\\y\u00e9","n":1}""", """{"user":"ada","PassWord" : "************","n":1}""")]
    [InlineData("""{"password":-12.5e3,"n":12}""", """{"password":-99.9e9,"n":12}""")]
    [InlineData("""{"password":true,"a":[true]}""", """{"password":null,"a":[true]}""")]
    [InlineData("""{"password":false}""", """{"password":null }""")]
    [InlineData("""{"password":{"a":"b","c":[1,"d",{"e":"f"}]},"g":"h"}""", """{"password":{"a":"*","c":[9,"*",{"e":"*"}]},"g":"h"}""")]
    [InlineData("""{"p\u0061ssword":"hunter2"}""", """{"p\u0061ssword":"*******"}""")]
    [InlineData("""["password","hunter2"]""", """["password","hunter2"]""")]
    [InlineData("""{"a":"password","b":"c"}""", """{"a":"password","b":"c"}""")]
    [InlineData("""{"password":[],"b":"c"}""", """{"password":[],"b":"c"}""")]
    [InlineData("""{"card":"é✓","passwords":"c"}""", """{"card":"*****","passwords":"c"}""")]
    [InlineData("""password: hunter2""", """password: hunter2""")]
    [InlineData("""{"password\x":"hunter2"}""", """{"password\x":"hunter2"}""")]
    public void Json_keeps_its_length_and_loses_what_is_secret(string text, string stored) =>
        Masked(Frame(0x81, text, key: 0), hubProtocol: null).Should().Equal(Frame(0x81, stored, key: 0));

    [Fact]
    public void A_frames_own_mask_stays_in_force() =>
        Masked(Frame(0x81, """{"password":"hunter2"}""", key: 0x12345678), null).Should().Equal(Frame(0x81, """{"password":"*******"}""", key: 0x12345678));

    [Fact]
    public void A_secret_that_goes_on_in_the_next_frame_is_masked_there_too_and_a_ping_between_is_left_alone()
    {
        byte[] wire = [.. Frame(0x01, """{"password":"hun""", 7), .. Frame(0x89, "\"ping\"", 9), .. Frame(0x80, "ter2\",\"a\":\"b\"}", 11)];

        Masked(wire, null).Should().Equal([.. Frame(0x01, """{"password":"***""", 7), .. Frame(0x89, "\"ping\"", 9), .. Frame(0x80, "****\",\"a\":\"b\"}", 11)]);
    }

    [Fact]
    public void A_compressed_message_is_masked_whole() =>
        Masked([.. Frame(0xC1, "anything", 5), .. Frame(0x81, "seen", 6)], null).Should().Equal([.. Frame(0xC1, "********", 5), .. Frame(0x81, "seen", 6)]);

    [Fact]
    public void A_connection_whose_compressed_messages_are_masked_says_so_once_and_goes_on()
    {
        var names = new SecretNames();
        names.Properties.Add("password");
        var conversation = new RecordedConversation(secrets: names).Upgrade(extensions: "permessage-deflate");
        byte[] hello = [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
        conversation.Sent([.. hello, .. hello, .. RecordedConversation.Frame("plain", masked: false)]);

        var events = conversation.Events();

        events.Should().ContainSingle(happened => happened.Detail is Gap).Which.Detail.As<Gap>().Reason.Should().Contain("masked");
        events.Should().NotContain(happened => happened.Detail is DecodeFault);
        events.Select(happened => happened.Detail).OfType<WebSocketMessage>().Should().ContainSingle().Which.Text.Should().Be("plain");
        events.Count(happened => happened.Detail is WebSocketFrame).Should().Be(3);
    }

    [Fact]
    public void What_stands_deeper_than_anybody_nests_is_masked()
    {
        var text = new string('[', 70) + "\"deep\"" + new string(']', 70) + "\u001e{\"a\":\"b\"}\u001e";

        var stored = Text(Masked(Frame(0x81, text, 0), null));

        stored.Should().Contain("\"****\"").And.Contain("{\"a\":\"b\"}");
    }

    [Fact]
    public void Every_json_keeps_its_shape_shows_no_secret_and_does_not_depend_on_where_it_was_cut()
    {
        var word = Gen.String[Gen.Char.AlphaNumeric, 0, 12];
        var leaf = Gen.OneOf<object?>(word.Select(w => (object?)w), Gen.Int.Select(i => (object?)i), Gen.Double[-1e6, 1e6].Select(d => (object?)d), Gen.Bool.Select(b => (object?)b), Gen.Const((object?)null));
        var value = Gen.Recursive<object?>((depth, self) => depth > 3
            ? leaf
            : Gen.OneOf(leaf, self.List[0, 3].Select(list => (object?)list), Gen.Dictionary(word, self)[0, 3].Select(map => (object?)map)));
        Gen.Select(value, value, Gen.UInt, Gen.Int[1, 20]).Sample((open, secret, key, cut) =>
        {
            var canary = "CANARY" + JsonSerializer.Serialize(secret);
            var message = new Dictionary<string, object?> { ["before"] = open, ["password"] = new[] { secret, canary }, ["after"] = open };
            var wire = Frame(0x81, JsonSerializer.Serialize(message), key);

            var whole = Masked(wire, null);
            var pieces = Masked(wire, null, cut);

            pieces.Should().Equal(whole);
            using var stored = JsonDocument.Parse(Text(whole));
            stored.RootElement.GetRawText().Should().NotContain("CANARY");
            stored.RootElement.GetProperty("before").GetRawText().Should().Be(JsonSerializer.Serialize(open));
            stored.RootElement.GetProperty("after").GetRawText().Should().Be(JsonSerializer.Serialize(open));
            Scalars(stored.RootElement.GetProperty("password")).Should().OnlyContain(scalar => scalar.All(c => "*9-+.eEnul\" ".Contains(c)));
        }, iter: 400);
    }

    [Fact]
    public void Every_messagepack_keeps_its_shape_shows_no_secret_and_does_not_depend_on_where_it_was_cut()
    {
        var word = Gen.String[Gen.Char.AlphaNumeric, 0, 300];
        var leaf = Gen.OneOf<object?>(
            word.Select(w => (object?)w), Gen.Int.Select(i => (object?)i), Gen.Long.Select(i => (object?)i), Gen.Double.Select(d => (object?)d), Gen.Bool.Select(b => (object?)b), Gen.Byte.Array[0, 300].Select(b => (object?)b), Gen.Const((object?)DateTime.UnixEpoch), Gen.Const((object?)null));
        var value = Gen.Recursive<object?>((depth, self) => depth > 3
            ? leaf
            : Gen.OneOf(leaf, self.List[0, 6].Select(list => (object?)list), Gen.Dictionary(word, self)[0, 18].Select(map => (object?)map)));
        Gen.Select(value, value, Gen.UInt, Gen.Int[1, 20]).Sample((open, secret, key, cut) =>
        {
            var map = new Dictionary<string, object?> { ["before"] = open, ["Password"] = new[] { secret, "CANARY" }, ["after"] = open };
            var message = MessagePackSerializer.Serialize(new object[] { 1, "Post", map });
            byte[] wire = [.. Frame(0x82, "{\"protocol\":\"messagepack\",\"version\":1}\u001e", key), .. Frame(0x82, [.. VarInt(message.Length), .. message, .. VarInt(1), 0xC0], key)];

            var whole = Masked(wire, "messagepack");
            var pieces = Masked(wire, "messagepack", cut);

            pieces.Should().Equal(whole);
            var stored = Payloads(whole)[^1];
            var read = MessagePackSerializer.Deserialize<object[]>(stored.AsMemory(VarInt(message.Length).Length, message.Length));
            var properties = (IDictionary<object, object?>)read[2];
            MessagePackSerializer.Serialize(properties["before"]).Should().Equal(MessagePackSerializer.Serialize(properties["after"]));
            MessagePackSerializer.ConvertToJson(MessagePackSerializer.Serialize(properties["after"])).Should().Be(MessagePackSerializer.ConvertToJson(MessagePackSerializer.Serialize(open)));
            MessagePackSerializer.ConvertToJson(MessagePackSerializer.Serialize(properties["Password"])).Should().Contain("******").And.NotContain("CANARY");
            stored[^1].Should().Be(0xC0);
        }, iter: 60);
    }

    [Fact]
    public void Whatever_arrives_nothing_is_thrown_and_nothing_changes_its_length() =>
        Gen.Select(Gen.Byte.Array[0, 400], Gen.Bool).Sample((bytes, isMessagePack) =>
        {
            byte[] wire = [.. Frame(0x82, "{}\u001e", 3), .. Frame(0x82, bytes, 0xAABBCCDD), .. bytes];
            Masked(wire, isMessagePack ? "messagepack" : "json", 7).Should().Equal(Masked(wire, isMessagePack ? "messagepack" : "json"));
        }, iter: 2_000);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void Where_a_stateful_reconnect_goes_on_without_a_handshake_messagepack_is_masked_from_its_first_message_on(int pieces)
    {
        foreach (var secret in (string[])["hunter2", "hunter22", "correct-horse-battery", new('x', 300)])
        {
            var sequence = MessagePackSerializer.Serialize(new object[] { 9, 1 });
            var login = MessagePackSerializer.Serialize(new object?[] { 1, new Dictionary<string, string>(), null, "Login", new object[] { new Dictionary<string, string> { ["password"] = secret } }, Array.Empty<object>() });
            foreach (var messages in (byte[][][])[[sequence, login], [login, login]])
            {
                byte[] wire = [.. messages.SelectMany(message => Frame(0x82, [.. VarInt(message.Length), .. message], 0x1A2B3C4D))];
                // Which protocol it is, the connection's decoder knows later.
                var stored = Payloads(Masked(wire, "", pieces))[^1];
                var read = MessagePackSerializer.Deserialize<object[]>(stored.AsMemory(VarInt(login.Length).Length));
                MessagePackSerializer.ConvertToJson(MessagePackSerializer.Serialize(read[4])).Should().Be($$"""[{"password":"{{new string('*', secret.Length)}}"}]""");
            }
        }
    }

    private static byte[] Masked(byte[] wire, string? hubProtocol, int pieces = int.MaxValue)
    {
        var names = new SecretNames();
        foreach (var name in Properties) names.Properties.Add(name);
        var masker = new PayloadMasker(names);
        var stored = wire.ToArray();
        for (var at = 0; at < stored.Length; at += Math.Min(pieces, stored.Length))
            masker.Mask(stored.AsSpan(at, Math.Min(pieces, stored.Length - at)), speaksSignalR: hubProtocol is not null, hubProtocol);
        return stored;
    }

    private static byte[] Frame(byte first, string payload, uint key) => Frame(first, Encoding.UTF8.GetBytes(payload), key);

    private static byte[] Frame(byte first, byte[] payload, uint key)
    {
        var header = new List<byte> { first, 0xFF };
        header.AddRange(Bytes((ulong)payload.Length));
        var mask = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(mask, key);
        return [.. header, .. mask, .. payload.Select((b, i) => (byte)(b ^ mask[i % 4]))];
    }

    private static byte[] Bytes(ulong number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return bytes;
    }

    private static List<byte[]> Payloads(byte[] wire)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < wire.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64BigEndian(wire.AsSpan(at + 2));
            found.Add([.. wire.Skip(at + 14).Take(length).Select((b, i) => (byte)(b ^ wire[at + 10 + (i % 4)]))]);
            at += 14 + length;
        }

        return found;
    }

    private static string Text(byte[] wire) => Encoding.UTF8.GetString([.. Payloads(wire).SelectMany(payload => payload)]);

    private static IEnumerable<string> Scalars(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Scalars),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Scalars(property.Value)),
        _ => [element.GetRawText()],
    };

    private static byte[] VarInt(int length)
    {
        var bytes = new List<byte>();
        do
        {
            bytes.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        return [.. bytes];
    }
}
