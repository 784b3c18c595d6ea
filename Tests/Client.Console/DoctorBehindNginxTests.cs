using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary><c>doctor</c> through a real nginx, configured rightly and with the usual mistakes.</summary>
public sealed class DoctorBehindNginxTests(ChatServer server) : IClassFixture<ChatServer>
{
    private const string Nginx = "/usr/sbin/nginx";
    private const string Upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; proxy_set_header Host $http_host;";

    [Fact]
    public async Task Configured_rightly_it_is_healthy() => await Expect("/hello", Upgrade, 0, "Healthy", "a plain WebSocket that echoes");

    [Fact]
    public async Task Without_the_upgrade_fields_the_lines_for_nginx_are_given() =>
        await Expect("/chat", "", 1, "upgrade_stripped", "proxy_set_header Upgrade $http_upgrade");

    [Fact]
    public async Task A_short_timeout_cuts_the_idle_connection_and_its_setting_is_named() =>
        await Expect("/hello", Upgrade + " proxy_read_timeout 1s;", 1, "idle_timeout", "proxy_read_timeout", "--idle", "10");

    [Fact]
    public async Task With_nothing_behind_it_the_backend_is_down() =>
        await Expect("/hello", Upgrade, 1, "backend_down", "nginx", [], behind: "127.0.0.1:1");

    private Task Expect(string path, string lines, int exitCode, string said, string also, params string[] more) =>
        Expect(path, lines, exitCode, said, also, more, $"127.0.0.1:{server.Address.Port}");

    private static async Task Expect(string path, string lines, int exitCode, string said, string also, string[] more, string behind)
    {
        if (!File.Exists(Nginx)) Assert.Skip("apt-get install nginx-light");
        using var folder = new TemporaryFolder();
        var port = FreePort();
        var configuration = Path.Combine(folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            pid {{folder.Path}}/pid;
            error_log {{folder.Path}}/error.log;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder.Path}}/a; proxy_temp_path {{folder.Path}}/b; fastcgi_temp_path {{folder.Path}}/c;
              uwsgi_temp_path {{folder.Path}}/d; scgi_temp_path {{folder.Path}}/e;
              server { listen 127.0.0.1:{{port}}; location / { proxy_pass http://{{behind}}; {{lines}} } }
            }
            """);
        // It returns when its sockets are bound.
        (await Control(folder.Path, configuration)).Should().Be(0);
        try
        {
            var (code, output, errors) = await ConsoleProgram.Run("", [], ["doctor", $"ws://127.0.0.1:{port}{path}", .. more]);
            code.Should().Be(exitCode, output + errors);
            output.Should().Contain(said).And.Contain(also);
        }
        finally
        {
            await Control(folder.Path, configuration, "-s", "stop");
        }
    }

    private static async Task<int> Control(string folder, string configuration, params string[] more)
    {
        using var process = Process.Start(Nginx, ["-p", folder, "-e", $"{folder}/error.log", "-c", configuration, .. more])!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
