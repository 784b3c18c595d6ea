using System.Text.Json;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Client.Hello;
using RealtimeHello.Tests.Inspector;

namespace RealtimeHello.Tests.Catalogue;

/// <summary>What the doctor, or the inspector, says.</summary>
internal static class Diagnoses
{
    /// <summary>Examines an address, and returns the diagnosis of the layer that failed: without times and ports, which differ from run to run.</summary>
    public static async Task<string> Doctor(string address, string? hub = null, string? origin = null, double? idle = null)
    {
        using var report = await Examine(address, hub, origin, idle);
        var failed = report.RootElement.GetProperty("findings").EnumerateArray().SingleOrDefault(finding => finding.GetProperty("outcome").GetString() == "failed");
        if (failed.ValueKind == JsonValueKind.Undefined) throw new InvalidOperationException($"The doctor found nothing wrong: {report.RootElement}");
        var diagnosis = failed.GetProperty("diagnosis");
        return $"doctor, {failed.GetProperty("layer").GetString()}: `{diagnosis.GetProperty("cause").GetString()}` ({diagnosis.GetProperty("certainty").GetString()}). "
            + $"{diagnosis.GetProperty("sentence").GetString()} *{diagnosis.GetProperty("fix").GetString()}*";
    }

    /// <summary>The same of a layer that did not fail: what it has to say.</summary>
    public static async Task<string> DoctorSees(string address, string layer, string? hub = null)
    {
        using var report = await Examine(address, hub, null, null);
        var finding = report.RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("layer").GetString() == layer);
        return $"doctor, {layer} ({finding.GetProperty("outcome").GetString()}): {finding.GetProperty("evidence")[0].GetString()}";
    }

    /// <summary>Ends a connection in one of the ways of <see cref="EndingsTests"/>, and returns what the inspector says of it.</summary>
    public static async Task<string> Inspector(string ending)
    {
        var close = await EndingsTests.Provoke(ending);
        return $"inspector: by {close.By.ToString().ToLowerInvariant()}, `{close.Cause}`. {Uncounted(close.Sentence)}";
    }

    private static async Task<JsonDocument> Examine(string address, string? hub, string? origin, double? idle)
    {
        if (hub is not null) address = new Uri(new Uri(address), hub).AbsoluteUri;
        HelloTarget.TryParse(address, out var target, out var fault).Should().BeTrue(fault);
        using var output = new StringWriter();
        await DoctorProgram.Run(
            new DoctorSettings
            {
                Target = target!,
                IsHub = hub is not null,
                Origin = origin,
                Idle = idle is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                KeepAlive = TimeSpan.Zero,
                Json = true,
            },
            output,
            new DoctorProgress(null),
            80);
        return JsonDocument.Parse(output.ToString());
    }

    /// <summary>How many bytes a slow reader left unread depends on the moment.</summary>
    private static string Uncounted(string sentence) => System.Text.RegularExpressions.Regex.Replace(sentence, @"\b\d+ bytes\b", "n bytes");
}
