using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Guide;

/// <summary>Runs what the guide tells its reader to run, on the real programs, and cuts what they print into the parts that the guide shows.</summary>
internal static class GuideRuns
{
    /// <summary>Where the reader's own server listens.</summary>
    private const int UsualPort = 5080;

    /// <summary>The part whose lines may come in another order next time: the answer and the message race each other.</summary>
    public const string InAnyOrder = "chat/up";

    /// <returns>The parts by name, such as <c>hello/opening</c>.</returns>
    public static async Task<Dictionary<string, string[]>> All()
    {
        using var folder = new TemporaryFolder();
        using var home = new TemporaryFolder();
        var parts = new Dictionary<string, string[]>();
        await using (var server = await ChatServerProcess.Start(Path.Combine(folder.Path, "plain")))
        {
            CutHello(parts, await Run(server, [], "hello\n/close 1001 bye\n", "hello", $"http://localhost:{server.Address.Port}/hello"));
            CutChat(parts, await Run(server, [("REALTIMEHELLO_HOME", home.Path)], "hello\n", "chat", "--server", $"http://localhost:{server.Address.Port}", "--name", "ada", "--layers", "all"));
        }

        var certificate = Path.Combine(folder.Path, "localhost.pem");
        var key = Path.Combine(folder.Path, "localhost.key");
        MakeCertificate(certificate, key);
        await using var secure = await ChatServerProcess.Start(
            Path.Combine(folder.Path, "secure"), "https://127.0.0.1:0", $"--Kestrel:Certificates:Default:Path={certificate}", $"--Kestrel:Certificates:Default:KeyPath={key}");
        var tls = await Run(secure, [("SSL_CERT_FILE", certificate)], "hello\n", "hello", $"https://localhost:{secure.Address.Port}/hello", "--layers", "tls");
        parts["tls"] = [.. tls.Where(line => line is not ("> hello" or "< hello"))];
        return parts;
    }

    private static async Task<string[]> Run(ChatServerProcess server, (string, string)[] environment, string input, params string[] arguments)
    {
        var (exitCode, output, errors) = await ConsoleProgram.Run(input, environment, arguments);
        exitCode.Should().Be(0, errors);
        // The chat's layers are on standard error.
        return [.. (arguments[0] == "chat" ? errors : output).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n')
            .Select(line => line.Replace($":{server.Address.Port}", $":{UsualPort}", StringComparison.Ordinal))];
    }

    private static void CutHello(Dictionary<string, string[]> parts, string[] lines)
    {
        var typed = Array.IndexOf(lines, "> hello");
        var up = Array.FindIndex(lines, typed, line => line.Contains("webSocket   <-", StringComparison.Ordinal));
        var back = Array.IndexOf(lines, "< hello");
        parts["hello/opening"] = lines[..typed];
        parts["hello/down"] = lines[typed..up];
        parts["hello/up"] = lines[up..(back + 1)];
        parts["hello/close"] = lines[(back + 1)..];
    }

    private static void CutChat(Dictionary<string, string[]> parts, string[] lines)
    {
        parts["chat/handshake"] = [Find(lines, "-> handshakeRequest"), Find(lines, "<- handshakeResponse"), Find(lines, "-- connected ")];
        var call = Array.FindIndex(lines, line => line.Contains("-> invocation        PostMessage", StringComparison.Ordinal));
        var frame = Array.FindIndex(lines, call, line => line.Contains("webSocket   c1 -> frame", StringComparison.Ordinal));
        var end = Array.FindIndex(lines, frame + 1, line => !line.StartsWith(' '));
        parts["chat/down"] = [Find(lines, "-- invoked           PostMessage"), .. lines[call..end]];
        string[] up = ["<- completion        of 2", "-- completed         PostMessage", "-- posted ", "<- invocation        MessagePosted", "-- received "];
        parts[InAnyOrder] = [.. lines.Where(line => up.Any(part => line.Contains(part, StringComparison.Ordinal)))];
        // The server's own goodbyes may come before these or behind.
        parts["chat/close"] = [Find(lines, "signalR     c1 -> close"), Find(lines, "webSocket   c1 -> close"), Find(lines, "tcp         c1 -- closed")];
    }

    private static string Find(string[] lines, string part) =>
        Array.Find(lines, line => line.Contains(part, StringComparison.Ordinal)) ?? throw new InvalidOperationException($"'{part}' was not printed:\n{string.Join('\n', lines)}");

    private static void MakeCertificate(string certificatePath, string keyPath)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
    }
}
