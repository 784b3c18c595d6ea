using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RealtimeHello.Layers;
using Spectre.Console;

namespace RealtimeHello.Client.Terminal;

/// <summary>What the process is connected to.</summary>
internal static class Terminals
{
    /// <summary>A person reads and types.</summary>
    public static bool HasPerson => !Console.IsInputRedirected;

    /// <summary>Input and output are one terminal that understands control sequences.</summary>
    public static bool CanDraw =>
        !Console.IsInputRedirected && !Console.IsOutputRedirected
        && (OperatingSystem.IsWindows() ? AnsiCapabilities.Create(Console.Out).Ansi : Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not ("dumb" or "unknown"));

    /// <summary>The colours to use; none where NO_COLOR is set (https://no-color.org).</summary>
    public static ColorSystem Colors
    {
        get
        {
            if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }) return ColorSystem.NoColors;
            var detected = AnsiCapabilities.Create(Console.Out, new AnsiWriterSettings { Ansi = AnsiSupport.Yes });
            return detected.ColorSystem;
        }
    }

    /// <summary>The colours for an output that is written to line by line; null, and so no styles at all, where it is redirected.</summary>
    public static ColorSystem? ColorsOf(bool isRedirected) =>
        isRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb" ? null : Colors;

    /// <summary>Says a sentence to whoever started the program, in one harmless line of standard error.</summary>
    public static void Note(string sentence) => Console.Error.WriteLine(PrintableText.OneLine(sentence, 2_000));

    /// <summary>Standard output, row by row.</summary>
    /// <inheritdoc cref="RowWriter"/>
    public static RowWriter OpenRows(Action<string?> ended) => new(OpenText(OpenPipe() ?? Console.OpenStandardOutput()), ColorsOf(Console.IsOutputRedirected), ended);

    /// <summary>A standard stream as UTF-8 text.</summary>
    public static StreamWriter OpenText(Stream stream) => new(stream, leaveOpen: true) { AutoFlush = false };

    /// <summary>Takes the terminal over.</summary>
    /// <param name="interrupted">Called, on any thread, at Ctrl+C, which makes no signal now.</param>
    public static ITerminal Open(Action interrupted) => OperatingSystem.IsWindows() ? new WindowsTerminal(interrupted) : new UnixTerminal(interrupted);

    /// <summary>Standard input as bytes; one that is closed is empty. On a Unix terminal past .NET's console, whose own line editing would write to the terminal.</summary>
    public static Stream OpenInput()
    {
        if (IsInputClosed) return Stream.Null;
        return OperatingSystem.IsWindows() || Console.IsInputRedirected
            ? Console.OpenStandardInput()
            : new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
    }

    /// <summary>
    /// There was no standard input when this Unix process began. Its number then went to what the runtime opened first, such as a pipe of its own, in which nothing ever comes; that has the mark
    /// of what ends with this program (FD_CLOEXEC), which nothing that was given to it can have.
    /// </summary>
    private static bool IsInputClosed
    {
        get
        {
            const int getFlags = 1;
            const int closesOnExec = 1;
            return !OperatingSystem.IsWindows() && (fcntl(0, getFlags) & closesOnExec) != 0;
        }
    }

    /// <summary>Standard output where it is a Unix pipe, past .NET's console, which does not tell that its reader left; else null.</summary>
    private static FileStream? OpenPipe()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return null;
        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // A file has a place where it is written, which this would not share with others who write to it.
        return stream.CanSeek ? null : stream;
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(int descriptor, int command);
}
