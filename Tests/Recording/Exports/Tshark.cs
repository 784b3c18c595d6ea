using System.Diagnostics;
using System.Text.Json;

namespace RealtimeHello.Tests.Recording.Exports;

/// <summary>The real tshark, for a second opinion on what we decode.</summary>
internal static class Tshark
{
    private const string Program = "/usr/bin/tshark";

    /// <summary>Skips the test where tshark is not installed.</summary>
    public static void Demand() => Assert.SkipUnless(File.Exists(Program), "tshark is not installed: apt-get install tshark");

    /// <summary>Runs it over a file; the server's port is said to be HTTP, whatever else it may be registered for.</summary>
    public static async Task<string> Run(string file, int httpPort, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["-r", file, "-d", $"tcp.port=={httpPort},http", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, await errors);
        return output;
    }

    /// <summary>The WebSocket frames that it finds, in the order of the file.</summary>
    public static async Task<IReadOnlyList<DissectedFrame>> Frames(string file, int httpPort)
    {
        using var packets = JsonDocument.Parse(await Run(file, httpPort, "-Y", "websocket", "-T", "json", "-x", "--no-duplicate-keys"));
        var frames = new List<DissectedFrame>();
        foreach (var packet in packets.RootElement.EnumerateArray())
        {
            var layers = packet.GetProperty("_source").GetProperty("layers");
            var port = int.Parse(layers.GetProperty("tcp").GetProperty("tcp.srcport").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            var stream = int.Parse(layers.GetProperty("tcp").GetProperty("tcp.stream").GetString()!, System.Globalization.CultureInfo.InvariantCulture);
            // Several frames in one packet are an array.
            var dissected = layers.GetProperty("websocket");
            if (dissected.ValueKind != JsonValueKind.Array) frames.Add(DissectedFrame.Read(port, stream, dissected));
            else frames.AddRange(dissected.EnumerateArray().Select(frame => DissectedFrame.Read(port, stream, frame)));
        }

        return frames;
    }
}

/// <summary>A WebSocket frame as tshark dissects it.</summary>
internal sealed record DissectedFrame(int SourcePort, int Stream, bool Fin, bool Rsv1, int Opcode, long Length, string? MaskingKey, string Payload)
{
    public static DissectedFrame Read(int sourcePort, int stream, JsonElement frame) => new(
        sourcePort,
        stream,
        Text(frame, "websocket.fin") == "1",
        (Number(frame, "websocket.rsv") & 4) != 0,
        (int)Number(frame, "websocket.opcode"),
        Text(frame, "websocket.payload_length_ext_64") is { } wide ? long.Parse(wide, System.Globalization.CultureInfo.InvariantCulture)
            : Text(frame, "websocket.payload_length_ext_16") is { } wider ? long.Parse(wider, System.Globalization.CultureInfo.InvariantCulture)
            : Number(frame, "websocket.payload_length"),
        Text(frame, "websocket.mask") == "1" ? Raw(frame, "websocket.masking_key") : null,
        Raw(frame, "websocket.payload") ?? "");

    private static string? Text(JsonElement frame, string field) => frame.TryGetProperty(field, out var value) ? value.GetString() : null;

    private static long Number(JsonElement frame, string field)
    {
        var text = Text(frame, field) ?? "0";
        return text.StartsWith("0x", StringComparison.Ordinal) ? Convert.ToInt64(text, 16) : long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string? Raw(JsonElement frame, string field) => frame.TryGetProperty(field + "_raw", out var value) ? value[0].GetString() : null;
}
