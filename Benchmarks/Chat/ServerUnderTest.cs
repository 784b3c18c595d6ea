using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>The chat server as a process of its own, with an empty data folder that is deleted at the end.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly Process process;
    private readonly ProcessorClock clock;
    private readonly string folder;
    private readonly HttpClient http;

    private ServerUnderTest(Process process, string folder, Uri address)
    {
        this.process = process;
        clock = new ProcessorClock(process.Id);
        this.folder = folder;
        Address = address;
        http = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>Processor time, user and system, so far.</summary>
    public TimeSpan Processor => clock.Spent;

    /// <summary>Methods that were called often are being compiled again: the runtime's thread for that is there, which ends a few seconds after the last one.</summary>
    public bool IsCompiling => Directory.EnumerateDirectories($"/proc/{process.Id}/task").Any(thread => NameOf(thread).StartsWith(".NET Tiered", StringComparison.Ordinal));

    /// <summary>Bytes of the objects that it holds, all together or by the names of their types.</summary>
    public Dictionary<string, long> LiveObjects(bool byType) => LiveHeap.Sizes(process.Id, byType);

    /// <summary>Resident set, in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public static async Task<ServerUnderTest> Start(IEnumerable<string>? settings = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "server", "RealtimeHello.Server.dll");
        var folder = Directory.CreateTempSubdirectory("realtimehello-benchmark-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var start = new ProcessStartInfo("dotnet", ["exec", program, "--urls", address.GetLeftPart(UriPartial.Authority), "--data", folder, .. settings ?? []])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null) Console.Error.WriteLine(line.Data);
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new ServerUnderTest(process, folder, address);
        await server.BecomeReady();
        return server;
    }

    /// <summary>The access token of a new guest.</summary>
    public async Task<string> SignIn(string name)
    {
        using var answer = await http.PostAsJsonAsync("/session", new { name });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    /// <summary>A signed-in connection to the hub.</summary>
    public async Task<HubConnection> Connect(string name)
    {
        var token = await SignIn(name);
        var connection = new HubConnectionBuilder().WithUrl(new Uri(Address, "/chat"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
            options.AccessTokenProvider = () => Task.FromResult<string?>(token);
        }).Build();
        await connection.StartAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task BecomeReady()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                if ((await http.GetAsync(new Uri("/readyz", UriKind.Relative), limit.Token)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                await Task.Delay(20, limit.Token);
            }
        }
    }

    private static string NameOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm"));
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
