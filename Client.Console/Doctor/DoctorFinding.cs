using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>The outcome of one probe.</summary>
/// <param name="Layer">Which layer, in the contract's words; besides: name, protocol, negotiate, upgrade, origin, messagePack, keepAlive, idle.</param>
/// <param name="Outcome">ok, warning or failed.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Evidence">What was seen, harmless text.</param>
/// <param name="Diagnosis">Why it failed; null unless it did.</param>
/// <param name="Heads">Of the upgrade: what was asked, and what answered; null elsewhere.</param>
internal sealed record DoctorFinding(
    string Layer, string Outcome, double Milliseconds, string[] Evidence, ConnectDiagnosis? Diagnosis = null, DoctorHeads? Heads = null);

/// <summary>A request's head and its answer's, a line each, secrets masked.</summary>
internal sealed record DoctorHeads(IReadOnlyList<string> Sent, IReadOnlyList<string> Received);

/// <summary>A layer failed: no use in probing those above.</summary>
internal sealed class ProbeFailure(ProbeEvidence evidence, string seen) : Exception(seen)
{
    public ProbeEvidence Evidence { get; } = evidence;

    /// <summary>What was asked and answered, where that was the upgrade.</summary>
    public DoctorHeads? Heads { get; init; }
}
