namespace RealtimeHello.Client.Terminal;

/// <summary>Why an output takes nothing more.</summary>
internal static class OutputTrouble
{
    /// <summary>EPIPE, and Windows' ERROR_BROKEN_PIPE and ERROR_NO_DATA.</summary>
    private static readonly int[] ClosedPipe = [32, unchecked((int)0x8007006d), unchecked((int)0x800700e8)];

    /// <summary>Whether writing failed. An output that was closed before this program began is one that may not be written to.</summary>
    public static bool IsOne(Exception trouble) => trouble is IOException or UnauthorizedAccessException;

    /// <summary>In one sentence; null where its reader left (| head), which is no trouble.</summary>
    public static string? Of(Exception trouble) => trouble switch
    {
        UnauthorizedAccessException => "The output can't be written: it is closed.",
        IOException when ClosedPipe.Contains(trouble.HResult) => null,
        _ => $"The output can't be written: {trouble.Message.TrimEnd('.')}.",
    };
}
