using System.Diagnostics;
using System.Globalization;

namespace RealtimeHello.Tests.Support;

internal static class Signals
{
    /// <summary>Sends a signal to a process.</summary>
    /// <param name="process">Which.</param>
    /// <param name="name">Such as <c>TERM</c> or <c>INT</c>.</param>
    public static async Task Send(Process process, string name)
    {
        using var kill = Process.Start("kill", ["-" + name, process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.Should().Be(0);
    }
}
