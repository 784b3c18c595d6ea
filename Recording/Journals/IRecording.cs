namespace RealtimeHello.Recording.Journals;

/// <summary>What adds to a record.</summary>
internal interface IRecording
{
    /// <summary>What it adds to.</summary>
    ConnectionRecord Record { get; }
}
