using RealtimeHello.Layers.Diagnosis;

namespace RealtimeHello.Client.Doctor;

/// <summary>The outcome of one probe.</summary>
/// <param name="Layer">Which layer, in the contract's words; name, tcp, tls, http, webSocket, signalR.</param>
/// <param name="Outcome">ok, warning or failed.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Evidence">What was seen, harmless text.</param>
/// <param name="Diagnosis">Why it failed; null unless it did.</param>
internal sealed record DoctorFinding(string Layer, string Outcome, double Milliseconds, string[] Evidence, ConnectDiagnosis? Diagnosis = null);

/// <summary>A layer failed: no use in probing those above.</summary>
internal sealed class ProbeFailure(ProbeEvidence evidence, string seen) : Exception(seen)
{
    public ProbeEvidence Evidence { get; } = evidence;
}
