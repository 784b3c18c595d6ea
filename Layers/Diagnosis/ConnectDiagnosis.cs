namespace RealtimeHello.Layers.Diagnosis;

/// <summary>Why there is no connection, and what to change.</summary>
/// <param name="Cause">A name for scripts.</param>
/// <param name="Certainty">certain, likely, possible, or reported: known from others' reports alone.</param>
/// <param name="Sentence">The cause in words.</param>
/// <param name="Fix">What to change.</param>
public sealed record ConnectDiagnosis(string Cause, string Certainty, string Sentence, string Fix)
{
    /// <summary>The lines of the proxy's configuration that do it; where no proxy was recognised and there is likely one, each one's under its name. None where it is not for a proxy to mend.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}
