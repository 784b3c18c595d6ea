using System.ComponentModel;
using System.Runtime.InteropServices;

namespace RealtimeHello.Benchmarks.Chat;

/// <summary>
/// The processor time of another process, of threads that have ended too, to the nanosecond: what <see cref="System.Diagnostics.Process"/> reads from /proc stands there in steps of 10 ms.
/// Linux only.
/// </summary>
/// <remarks>https://man7.org/linux/man-pages/man3/clock_getcpuclockid.3.html</remarks>
internal sealed class ProcessorClock
{
    private readonly int clock;

    public ProcessorClock(int processId)
    {
        var error = clock_getcpuclockid(processId, out clock);
        if (error != 0) throw new Win32Exception(error);
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Spent
    {
        get
        {
            if (clock_gettime(clock, out var time) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1_000.0);
        }
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_getcpuclockid(int processId, out int clock);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
