using RealtimeHello.Client.Terminal;

namespace RealtimeHello.Tests.Client.Terminal;

public sealed class TerminalSizeTests
{
    [Theory]
    [InlineData(0, 0, 80, 24)]
    [InlineData(-1, 30, 80, 30)]
    [InlineData(40, 0, 40, 24)]
    [InlineData(200, 50, 200, 50)]
    public void A_terminal_that_does_not_say_is_as_large_as_usual(int width, int height, int columns, int rows) => TerminalSize.Of(width, height).Should().Be((columns, rows));
}
