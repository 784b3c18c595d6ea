using System.Diagnostics;
using System.Globalization;

namespace RealtimeHello.Tests.Support;

/// <summary>
/// A program in a real terminal emulator (tmux, with a server of its own), seen as a person sees it: as rows of a screen and a cursor. Waits for what the
/// emulator itself tells of new output, not for time to pass.
/// </summary>
internal sealed class TerminalScreen : IAsyncDisposable
{
    private const string Program = "/usr/bin/tmux";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _news = new(0);
    private Process? _watcher;

    /// <summary>Skips the test where tmux is not installed.</summary>
    public static void Demand() => Assert.SkipUnless(File.Exists(Program), "tmux is not installed: apt-get install tmux");

    /// <summary>What the program wrote, byte by byte, when <see cref="Start"/> was asked to keep it.</summary>
    public string RawOutput => File.ReadAllText(RawFile);

    /// <summary>Runs a shell command in a terminal of that size.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="command">For <c>sh</c>.</param>
    /// <param name="environment">Variables of the program.</param>
    public static async Task<TerminalScreen> Start(int width, int height, string command, params (string Name, string Value)[] environment)
    {
        Demand();
        var screen = new TerminalScreen();
        var variables = string.Concat(environment.Select(variable => $"{variable.Name}='{variable.Value}' "));
        // The shell stays behind the program, so that what it left on the screen can be seen.
        await screen.Tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", Text(width), "-y", Text(height), "-s", "t",
            $"tmux -S {screen.Socket} pipe-pane -t t 'cat > {screen.RawFile}'; env {variables}{command}; echo \"left with $?\"; exec cat");
        await screen.Tmux("set-option", "-g", "window-size", "manual", ";", "set-option", "-g", "status", "off", ";", "set-option", "-g", "allow-rename", "on");
        screen.Watch();
        return screen;
    }

    /// <summary>Waits until the screen is as wanted.</summary>
    /// <returns>Its rows, without spaces at their ends.</returns>
    public async Task<string[]> Shows(Func<string[], bool> wanted, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var rows = await Rows();
            if (wanted(rows)) return rows;
            try
            {
                await _news.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The screen never showed {what}:\n{string.Join('\n', await Rows())}");
            }
        }
    }

    /// <summary>Waits until a row holds a text.</summary>
    public Task<string[]> Shows(string text) => Shows(rows => rows.Any(row => row.Contains(text, StringComparison.Ordinal)), $"'{text}'");

    /// <summary>The rows now.</summary>
    public async Task<string[]> Rows() => (await Tmux("capture-pane", "-p", "-t", "t")).TrimEnd('\n').Split('\n').Select(row => row.TrimEnd(' ')).ToArray();

    /// <summary>The rows now, with their colours as escape sequences.</summary>
    public async Task<string> Styled() => await Tmux("capture-pane", "-e", "-p", "-t", "t");

    /// <summary>Where the cursor stands: 0 for the first column and row.</summary>
    public async Task<(int Column, int Row)> Cursor()
    {
        var place = (await Tmux("display-message", "-p", "-t", "t", "#{cursor_x} #{cursor_y}")).Split(' ');
        return (int.Parse(place[0], CultureInfo.InvariantCulture), int.Parse(place[1], CultureInfo.InvariantCulture));
    }

    /// <summary>The title that programs can set.</summary>
    public async Task<string> Title() => (await Tmux("display-message", "-p", "-t", "t", "#{pane_title}")).Trim();

    /// <summary>Types text as it stands.</summary>
    public Task Type(string text) => Tmux("send-keys", "-t", "t", "-l", "--", text);

    /// <summary>Presses a key by tmux's name, such as <c>Enter</c>, <c>Left</c>, <c>C-c</c>.</summary>
    public Task Press(string key) => Tmux("send-keys", "-t", "t", key);

    public Task Resize(int width, int height) => Tmux("resize-window", "-t", "t", "-x", Text(width), "-y", Text(height));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Tmux("kill-server");
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }

        if (_watcher is not null) await _watcher.WaitForExitAsync();
        _watcher?.Dispose();
        _news.Dispose();
        _folder.Dispose();
    }

    private string Socket => Path.Combine(_folder.Path, "tmux");

    private string RawFile => Path.Combine(_folder.Path, "raw");

    /// <summary>A control client is told of all output.</summary>
    private void Watch()
    {
        _watcher = Process.Start(new ProcessStartInfo(Program, ["-S", Socket, "-C", "attach", "-t", "t"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _watcher.OutputDataReceived += (_, line) =>
        {
            if (line.Data is not null) _news.Release();
        };
        _watcher.BeginOutputReadLine();
    }

    private async Task<string> Tmux(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["-u", "-S", Socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("TMUX");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"tmux {arguments[0]}: {await errors}");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
