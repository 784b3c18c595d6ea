namespace RealtimeHello.Server.Storage;

/// <summary>Times as the database keeps them: milliseconds since 1970, UTC.</summary>
internal static class StoredTime
{
    public static long ToMilliseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    public static DateTime FromMilliseconds(long milliseconds) => DateTime.UnixEpoch.AddTicks(milliseconds * TimeSpan.TicksPerMillisecond);
}
