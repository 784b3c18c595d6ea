using System.Text.Json;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Doctor;

/// <summary><c>doctor</c>: prints each finding as it comes.</summary>
internal static class DoctorProgram
{
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web);

    public static Task<int> Run(DoctorSettings settings) => Run(settings, Console.Out);

    /// <returns>0 healthy, 1 a layer failed.</returns>
    public static async Task<int> Run(DoctorSettings settings, TextWriter output)
    {
        var findings = new List<DoctorFinding>();
        await foreach (var finding in new Examination(settings).Run())
        {
            findings.Add(finding);
            if (!settings.Json) await Print(finding, output);
        }

        var isHealthy = findings.All(finding => finding.Outcome != "failed");
        if (settings.Json) await output.WriteLineAsync(JsonSerializer.Serialize(new { target = settings.Target.ToString(), healthy = isHealthy, findings }, Shape));
        else if (isHealthy) await output.WriteLineAsync("Healthy: every layer that was probed works.");
        return isHealthy ? 0 : 1;
    }

    private static async Task Print(DoctorFinding finding, TextWriter output)
    {
        await output.WriteLineAsync(FormattableString.Invariant($"{finding.Layer,-10} {finding.Outcome,-8} {finding.Milliseconds,8:0.0} ms"));
        foreach (var line in finding.Evidence) await output.WriteLineAsync($"           {PrintableText.OneLine(line, 300)}");
        if (finding.Diagnosis is not { } diagnosis) return;
        await output.WriteLineAsync($"Cause ({diagnosis.Certainty}, {diagnosis.Cause}): {diagnosis.Sentence}");
        await output.WriteLineAsync($"Fix: {diagnosis.Fix}");
        foreach (var line in diagnosis.Lines) await output.WriteLineAsync($"    {line}");
    }
}
