using System.Diagnostics;
using System.Globalization;
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
    private readonly string folder;
    private readonly HttpClient http;

    private ServerUnderTest(Process process, string folder, Uri address)
    {
        this.process = process;
        this.folder = folder;
        Address = address;
        http = new HttpClient { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>
    /// Time that its threads ran so far. The kernel counts it to the nanosecond for each thread (proc(5), schedstat), and to 10 ms alone for the process; what threads that have ended spent
    /// is not in it.
    /// </summary>
    public TimeSpan Processor
    {
        get
        {
            var nanoseconds = 0L;
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{process.Id}/task"))
            {
                try
                {
                    nanoseconds += long.Parse(File.ReadAllText(Path.Combine(thread, "schedstat")).Split(' ')[0], CultureInfo.InvariantCulture);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    // It has ended in this moment.
                }
            }

            return TimeSpan.FromMicroseconds(nanoseconds / 1_000.0);
        }
    }

    /// <summary>Bytes of the objects that it holds.</summary>
    public long LiveObjects => LiveHeap.Size(process.Id);

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
        process.ErrorDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
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

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
