using System.Diagnostics;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy;

/// <summary>The systemd unit: systemd itself reads and judges it, and its command starts the server.</summary>
public sealed class DeployedServiceTests
{
    private const string Installed = "/opt/realtimehello/RealtimeHello.Server";

    private static string Unit => Path.Combine(Repository.Root, "deploy", "realtimehello.service");

    [Fact]
    public async Task Systemd_understands_every_line()
    {
        using var folder = new TemporaryFolder();
        var unit = Path.Combine(folder.Path, "realtimehello.service");
        await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(Unit)).Replace(Installed, "/bin/true", StringComparison.Ordinal));
        var (exitCode, said) = await Analyze("verify", "--man=no", unit);

        exitCode.Should().Be(0, said);
        said.Should().NotContain("realtimehello.service:");
    }

    [Fact]
    public async Task It_has_few_rights()
    {
        // Of 100; a service without any of the lines has 96.
        var (exitCode, said) = await Analyze("security", "--offline=true", "--no-pager", "--threshold=15", Unit);

        exitCode.Should().Be(0, said);
        said.Should().Contain("Overall exposure level");
    }

    [Fact]
    public async Task Its_command_starts_the_server_and_sigterm_ends_it_in_time()
    {
        var lines = await File.ReadAllLinesAsync(Unit);
        string Setting(string name) => lines.Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];
        using var folder = new TemporaryFolder();
        var command = Setting("ExecStart").Replace("${STATE_DIRECTORY}", folder.Path, StringComparison.Ordinal).Split(' ');
        command[..5].Should().Equal(Installed, "--urls", "http://127.0.0.1:5080", "--data", folder.Path);

        await using var server = await ChatServerProcess.Start(folder.Path, "http://127.0.0.1:0", command[5..]);
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri(server.Address, "/readyz"), TestContext.Current.CancellationToken)).Should().Be("ready");
        await server.Signal(Setting("KillSignal")["SIG".Length..]);
        (await server.WaitForExit(TimeSpan.FromSeconds(int.Parse(Setting("TimeoutStopSec"), System.Globalization.CultureInfo.InvariantCulture)))).Should().Be(0);
    }

    private static async Task<(int ExitCode, string Said)> Analyze(params string[] arguments)
    {
        const string Program = "/usr/bin/systemd-analyze";
        if (!File.Exists(Program)) Assert.Skip("apt-get install systemd");
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
