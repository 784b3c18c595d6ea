namespace RealtimeHello.Client.Terminal;

/// <summary>How large a terminal is.</summary>
internal static class TerminalSize
{
    /// <summary>What a terminal is taken for that does not say: one without a window, such as in a container or a build, tells 0.</summary>
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    public static (int Width, int Height) Of(int width, int height) => (width > 0 ? width : UsualWidth, height > 0 ? height : UsualHeight);
}
