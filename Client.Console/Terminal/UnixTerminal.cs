using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace RealtimeHello.Client.Terminal;

/// <summary>
/// The controlling terminal of a Unix process, in raw mode with bracketed paste. .NET's own Console.ReadKey hides pastes and lets the terminal echo
/// between two calls, hence termios through libc; its structure stays opaque, so that the same code serves Linux and macOS.
/// </summary>
[UnsupportedOSPlatform("windows")]
internal sealed class UnixTerminal : ITerminal
{
    private const int StandardInput = 0;
    private const int Now = 0;

    /// <summary>FIONREAD of Linux.</summary>
    private const nuint HowManyWait = 0x541B;

    /// <summary>More than any system's struct termios has bytes.</summary>
    private const int TermiosSize = 256;

    private const string Enter = "\e[?2004h";
    private const string Leave = "\e[?2004l\e[?7h\e[?25h";

    private readonly byte[] _original = new byte[TermiosSize];
    private readonly byte[] _raw = new byte[TermiosSize];
    private readonly Stream _output = Console.OpenStandardOutput();
    private readonly Channel<Key> _keys = Channel.CreateBounded<Key>(new BoundedChannelOptions(1_024) { SingleReader = true, SingleWriter = true });
    private readonly PosixSignalRegistration _resize;
    private readonly PosixSignalRegistration _continue;
    private readonly Action _interrupted;
    private int _isRaw;

    /// <summary>Bytes that were typed before the terminal was ours, and not read yet: it had made line feeds of what Enter sends.</summary>
    private int _typedBefore;

    /// <param name="interrupted">Called, on the thread of the keys, at Ctrl+C.</param>
    public UnixTerminal(Action interrupted)
    {
        _interrupted = interrupted;
        // Lets .NET's console take its own look at the terminal while that is as the user left it.
        _ = Size;
        if (tcgetattr(StandardInput, _original) != 0) throw new IOException("The terminal does not tell its settings.");
        _original.CopyTo(_raw, 0);
        cfmakeraw(_raw);
        MakeRaw();
        // On Linux alone: elsewhere the function may take its last argument in another way than this calls it.
        if (OperatingSystem.IsLinux()) _ = ioctl(StandardInput, HowManyWait, ref _typedBefore);
        _resize = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Resized?.Invoke());
        _continue = PosixSignalRegistration.Create(PosixSignal.SIGCONT, Continue);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        new Thread(ReadKeys) { IsBackground = true, Name = "Keys" }.Start();
    }

    public event Action? Resized;

    public (int Width, int Height) Size => TerminalSize.Of(Console.WindowWidth, Console.WindowHeight);

    public ChannelReader<Key> Keys => _keys.Reader;

    public void Write(string frame)
    {
        _output.Write(Encoding.UTF8.GetBytes(frame));
        _output.Flush();
    }

    public void Suspend()
    {
        Restore();
        // The whole foreground group, as the terminal itself would: a parent such as dotnet run stops with us.
        _ = kill(0, OperatingSystem.IsMacOS() ? 18 : 20);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        _resize.Dispose();
        _continue.Dispose();
        Restore();
    }

    private void Continue(PosixSignalContext context)
    {
        // Or .NET would now set the terminal as it found it.
        context.Cancel = true;
        MakeRaw();
        Resized?.Invoke();
    }

    private void MakeRaw()
    {
        Volatile.Write(ref _isRaw, 1);
        _ = tcsetattr(StandardInput, Now, _raw);
        Write(Enter);
    }

    private void Restore()
    {
        if (Interlocked.Exchange(ref _isRaw, 0) == 0) return;
        try
        {
            Write(Leave);
        }
        catch (IOException)
        {
            // The terminal is gone; there is nothing to give back.
        }

        _ = tcsetattr(StandardInput, Now, _original);
    }

    private void OnProcessExit(object? sender, EventArgs e) => Restore();

    private void ReadKeys()
    {
        var decoder = new KeyDecoder();
        var buffer = new byte[1_024];
        try
        {
            using var handle = new SafeFileHandle(StandardInput, ownsHandle: false);
            using var input = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            while (input.Read(buffer) is > 0 and var read)
            {
                var before = Math.Min(read, _typedBefore);
                _typedBefore -= before;
                buffer.AsSpan(0, before).Replace((byte)'\n', (byte)'\r');
                foreach (var key in decoder.Push(buffer.AsSpan(0, read)))
                    if (key.Code == KeyCode.Interrupt) _interrupted();
                    else if (!_keys.Writer.TryWrite(key)) _keys.Writer.WriteAsync(key).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ChannelClosedException)
        {
            // The terminal hung up: the same as its end of input.
        }

        _keys.Writer.TryComplete();
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int tcgetattr(int descriptor, [Out] byte[] termios);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int tcsetattr(int descriptor, int actions, byte[] termios);

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void cfmakeraw([In, Out] byte[] termios);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ioctl(int descriptor, nuint request, ref int count);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
