using System.Diagnostics;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Pages;

/// <summary>The unit tests of the pages' modules, which Node runs.</summary>
public sealed class PageModuleTests
{
    [Fact]
    public async Task The_modules_of_the_pages_pass_their_own_tests()
    {
        Process? started = null;
        try
        {
            started = Process.Start(new ProcessStartInfo("node", ["--test", "Tests/Pages/unit/"]) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Node.js is not installed: https://nodejs.org");
        }

        using var node = started!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = node.StandardError.ReadToEndAsync(limit.Token);
        var output = await node.StandardOutput.ReadToEndAsync(limit.Token);
        await node.WaitForExitAsync(limit.Token);
        node.ExitCode.Should().Be(0, output + await errors);
        output.Should().MatchRegex(@"# pass [1-9]\d");
    }
}
