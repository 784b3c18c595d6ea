using System.Diagnostics;
using System.Net.Sockets;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy.Proxies;

/// <summary>How one of the proxies is run: in the foreground, with what it says on standard error.</summary>
public abstract class ProxyProgram
{
    public static ProxyProgram Haproxy { get; } = new HaproxyProgram();

    public static ProxyProgram Nginx { get; } = new NginxProgram();

    public static ProxyProgram Apache { get; } = new ApacheProgram();

    public static ProxyProgram Caddy { get; } = new CaddyProgram();

    /// <summary>The program's file.</summary>
    public abstract string Program { get; }

    /// <summary>The Debian package that has it.</summary>
    public abstract string Package { get; }

    /// <summary>Said when it listens, and again when a reload is over.</summary>
    public abstract string Ready { get; }

    /// <summary>A reload leaves the connections that there are to the processes that have them.</summary>
    public virtual bool KeepsConnections => true;

    /// <summary>Its command line.</summary>
    /// <param name="folder">Where it may write.</param>
    /// <param name="configuration">Its configuration's file.</param>
    public abstract string[] Arguments(string folder, string configuration);

    /// <summary>What it needs to have at start besides the configuration; returns the text of the configuration's file.</summary>
    public virtual string Prepare(string folder, string configuration) => configuration;

    /// <summary>Asks it to read its configuration again. What ends that is <see cref="Ready"/>.</summary>
    public virtual Task Reload(Process process, string folder, string configuration) => Signals.Send(process, ReloadSignal);

    protected virtual string ReloadSignal => "HUP";

    private sealed class HaproxyProgram : ProxyProgram
    {
        public override string Program => "/usr/sbin/haproxy";

        public override string Package => "haproxy";

        public override string Ready => "Loading success";

        public override string[] Arguments(string folder, string configuration) => ["-W", "-S", Commands(folder), "-f", configuration];

        /// <summary>
        /// By its socket for commands. HAProxy says that it is loaded, and only then starts itself anew, as a master that waits: a signal (USR2) that comes meanwhile is lost
        /// (https://github.com/haproxy/haproxy/issues/1841), and the socket refuses. So it is waited for that master, which has this in its environment, and for its socket.
        /// </summary>
        public override async Task Reload(Process process, string folder, string configuration)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (!(await File.ReadAllTextAsync($"/proc/{process.Id}/environ", limit.Token)).Contains("HAPROXY_MWORKER_WAIT_ONLY=1", StringComparison.Ordinal)) await Task.Delay(10, limit.Token);
            using var socket = await Connect(new UnixDomainSocketEndPoint(Commands(folder)), limit.Token);
            await socket.SendAsync("reload\n"u8.ToArray());
            // It closes the connection as it starts itself anew.
            while (await socket.ReceiveAsync(new byte[256]) > 0) continue;
        }

        private static async Task<Socket> Connect(UnixDomainSocketEndPoint place, CancellationToken cancellationToken)
        {
            while (true)
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(place, cancellationToken);
                    return socket;
                }
                catch (SocketException notYet) when (notYet.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
                {
                    socket.Dispose();
                    await Task.Delay(10, cancellationToken);
                }
            }
        }

        private static string Commands(string folder) => Path.Combine(folder, "commands");
    }

    private sealed class NginxProgram : ProxyProgram
    {
        public override string Program => "/usr/sbin/nginx";

        public override string Package => "nginx-light";

        public override string Ready => "start worker processes";

        public override string[] Arguments(string folder, string configuration) => ["-p", folder, "-e", "stderr", "-c", configuration, "-g", "daemon off;"];
    }

    private sealed class ApacheProgram : ProxyProgram
    {
        public override string Program => "/usr/sbin/apache2";

        public override string Package => "apache2";

        public override string Ready => "resuming normal operations";

        protected override string ReloadSignal => "USR1";

        public override string[] Arguments(string folder, string configuration) => ["-D", "FOREGROUND", "-d", folder, "-f", configuration];

        /// <summary>
        /// What Debian's apache2.conf does around a site: the modules that are on in a fresh installation, and those that the site's first lines tell
        /// to switch on.
        /// </summary>
        public override string Prepare(string folder, string configuration)
        {
            string[] modules = ["mpm_event", "authz_core", "deflate", "filter", "mime", "reqtimeout", .. Told(configuration)];
            return $"""
                PidFile {folder}/pid
                ErrorLog /dev/stderr
                LogLevel notice
                ServerName localhost
                TypesConfig /etc/mime.types
                {string.Join('\n', modules.Select(module => $"LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so"))}
                AddOutputFilterByType DEFLATE text/html text/plain text/css application/javascript
                Mutex file:{folder} default
                {configuration}
                """;
        }

        private static IEnumerable<string> Told(string configuration) =>
            configuration.Split('\n').Where(line => line.StartsWith("# a2enmod ", StringComparison.Ordinal)).SelectMany(line => line["# a2enmod ".Length..].Split(' '));
    }

    private sealed class CaddyProgram : ProxyProgram
    {
        public override string Program => "/usr/bin/caddy";

        public override string Package => "caddy";

        public override string Ready => "serving initial configuration";

        public override bool KeepsConnections => false;

        public override string[] Arguments(string folder, string configuration) => ["run", "--config", configuration, "--adapter", "caddyfile"];

        /// <summary>Returns when the new configuration runs.</summary>
        public override async Task Reload(Process process, string folder, string configuration)
        {
            using var reload = Process.Start(Program, ["reload", "--config", configuration, "--adapter", "caddyfile", "--force"]);
            await reload.WaitForExitAsync();
            reload.ExitCode.Should().Be(0);
        }
    }
}
