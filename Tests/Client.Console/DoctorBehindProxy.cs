using System.Net.WebSockets;
using System.Text.Json;
using RealtimeHello.Tests.Deploy.Proxies;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>doctor</c>, as a process, through a real proxy that is configured with a mistake.</summary>
public abstract class DoctorBehindProxy(ServerBehind server, ProxyProgram program) : IClassFixture<ServerBehind>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>A port that nobody listens on.</summary>
    protected const string Nobody = "127.0.0.1:1";

    protected string Backend => $"127.0.0.1:{server.Chat.Address.Port}";

    protected TestCertificate Certificate => server.Certificate;

    /// <summary>Starts the proxy; the configuration is made of its ports.</summary>
    protected Task<RunningProxy> Start(Func<int[], string> configuration) => RunningProxy.Start(program, 2, (ports, folder) => configuration(ports));

    /// <summary>Examines an address of the proxy, and expects that a layer fails for a cause, with this among the words.</summary>
    /// <param name="address">With 0 in place of the proxy's port.</param>
    /// <param name="configuration">The proxy's, made of its ports.</param>
    /// <param name="cause">In the words of the catalogue.</param>
    /// <param name="said">What else has to be said.</param>
    /// <param name="more">More arguments.</param>
    protected async Task Expect(string address, Func<int[], string> configuration, string cause, string[] said, params string[] more)
    {
        await using var proxy = await Start(configuration);
        await Expect(proxy, address, cause, said, more);
    }

    /// <summary>The same with a proxy that runs.</summary>
    protected async Task Expect(RunningProxy proxy, string address, string cause, string[] said, params string[] more)
    {
        var (exitCode, output, errors) = await Examine(proxy, address, more);

        exitCode.Should().Be(1, output + errors + proxy.Said);
        output.Should().Contain($", {cause})", proxy.Said);
        foreach (var words in said) output.Should().Contain(words);
        errors.Should().BeEmpty();
    }

    protected Task<(int ExitCode, string Output, string Errors)> Examine(RunningProxy proxy, string address, params string[] more) => ConsoleProgram.Run(
        "", [("SSL_CERT_FILE", Certificate.Issuer)], ["doctor", address.Replace(":0/", $":{proxy.Port}/", StringComparison.Ordinal), .. more]);

    /// <summary>Leaves a connection idle, and does something to the proxy when the doctor's connections are there.</summary>
    protected async Task ExpectInTheMiddle(Func<int[], string> configuration, Func<RunningProxy, Task> happens, string cause, params string[] said)
    {
        await using var proxy = await Start(configuration);
        var examination = Expect(proxy, "ws://localhost:0/hello", cause, said, "--idle", "40");
        if (await Task.WhenAny(examination, TwoWait()) != examination) await happens(proxy);
        await examination;
    }

    /// <summary>Holds a connection through the proxy while something is done.</summary>
    protected static async Task WhileConnected(RunningProxy proxy, Func<Task> then)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://localhost:{proxy.Port}/hello"), TestContext.Current.CancellationToken);
        await then();
        socket.State.Should().Be(WebSocketState.Open);
    }

    /// <summary>Two connections to the echo were opened at different moments, and both are there: the doctor waits, its other probes are long over.</summary>
    private async Task TwoWait()
    {
        using var http = server.Chat.Http();
        http.DefaultRequestHeaders.Authorization = new("Bearer", ServerBehind.Operator);
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            using var list = JsonDocument.Parse(await http.GetStringAsync(new Uri("/inspect/connections?path=/hello&state=open", UriKind.Relative), limit.Token));
            var opened = list.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("openedAt").GetDateTime()).ToList();
            if (opened.Count >= 2 && opened.Max() - opened.Min() > TimeSpan.FromSeconds(1.5)) return;
            await Task.Delay(100, limit.Token);
        }
    }
}
