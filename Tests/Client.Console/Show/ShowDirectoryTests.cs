using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client.Show;

public sealed class ShowDirectoryTests
{
    [Fact]
    public async Task A_directory_is_named_as_one_with_what_is_taken()
    {
        using var folder = new TemporaryFolder();

        (await ConsoleRun.Piped(folder.Path, "", "show", folder.Path)).Should().Be(
            (1, "", $"{folder.Path} can't be shown. It is a directory: give one file in it, a capture, a .pcapng or a .pcap.{Environment.NewLine}"));
    }
}
