namespace RealtimeHello.Layers.Diagnosis;

/// <summary>Why there is no connection, and what to change.</summary>
/// <param name="Cause">A name for scripts.</param>
/// <param name="Certainty">certain, likely, possible, or reported: known from others' reports alone.</param>
/// <param name="Sentence">The cause in words.</param>
/// <param name="Fix">What to change.</param>
public sealed record ConnectDiagnosis(string Cause, string Certainty, string Sentence, string Fix);
