using System.Text.Json;
using RealtimeHello.Client.Chat;
using RealtimeHello.Client.CommandLine;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.Doctor;

/// <summary><c>doctor</c>: prints each finding as it comes.</summary>
internal static class DoctorProgram
{
    private const int LongestSent = 60;
    private const int LongestReceived = 100;

    private static readonly string Indent = new(' ', 12);
    private static readonly JsonSerializerOptions Shape = new(JsonSerializerDefaults.Web);

    public static async Task<int> Run(DoctorSettings settings)
    {
        using var leave = new LeaveRequest();
        var progress = new DoctorProgress(Console.IsErrorRedirected ? null : Console.Error);
        try
        {
            return await Run(settings, Console.Out, progress, Console.IsOutputRedirected ? int.MaxValue : TerminalSize.Of(Console.WindowWidth, 0).Width, leave.Token);
        }
        catch (Exception failure) when (OutputTrouble.IsOne(failure))
        {
            // Those of probes are findings.
            if (OutputTrouble.Of(failure) is { } trouble) Terminals.Note(trouble);
            return 1;
        }
    }

    /// <param name="settings">What was asked.</param>
    /// <param name="output">Takes the findings.</param>
    /// <param name="progress">Hears what is waited for.</param>
    /// <param name="width">Columns of the terminal.</param>
    /// <param name="leave">The user does not wait for the rest.</param>
    /// <returns>0 healthy, 1 a layer failed, 130 interrupted before that was known.</returns>
    public static async Task<int> Run(DoctorSettings settings, TextWriter output, DoctorProgress progress, int width, CancellationToken leave = default)
    {
        var findings = new List<DoctorFinding>();
        var interrupted = false;
        try
        {
            await foreach (var finding in new Examination(settings, progress).Run(leave))
            {
                findings.Add(finding);
                if (!settings.Json) await Print(finding, output, width);
            }
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            interrupted = true;
        }

        // What is left to probe may fail: nobody knows.
        bool? healthy = interrupted ? null : findings.All(finding => finding.Outcome != "failed");
        if (settings.Json) await output.WriteLineAsync(JsonSerializer.Serialize(new { target = new SecretText(settings.Token).In(settings.Target.ToString()), healthy, interrupted, findings }, Shape));
        else if (interrupted) await output.WriteLineAsync("Interrupted: the rest was not probed.");
        else if (healthy is true) await output.WriteLineAsync("Healthy: every layer that was probed works.");
        return interrupted ? Commands.Interrupted : healthy is true ? 0 : 1;
    }

    private static async Task Print(DoctorFinding finding, TextWriter output, int width)
    {
        await output.WriteLineAsync(FormattableString.Invariant($"{finding.Layer,-11} {finding.Outcome,-8} {finding.Milliseconds,8:0.0} ms"));
        foreach (var line in finding.Evidence) await output.WriteLineAsync($"{Indent}{PrintableText.OneLine(line, 300)}");
        if (finding.Heads is { } heads)
        {
            foreach (var line in SideBySide(heads, width)) await output.WriteLineAsync(Indent + line);
        }

        if (finding.Diagnosis is not { } diagnosis) return;
        await output.WriteLineAsync($"Cause ({diagnosis.Certainty}, {diagnosis.Cause}): {diagnosis.Sentence}");
        await output.WriteLineAsync($"Fix: {diagnosis.Fix}");
        foreach (var line in diagnosis.Lines) await output.WriteLineAsync($"    {line}");
    }

    /// <summary>What was sent on the left, what came on the right; one below the other where the terminal is too narrow for that.</summary>
    private static IEnumerable<string> SideBySide(DoctorHeads heads, int width)
    {
        var left = heads.Sent.Select(line => PrintableText.OneLine(line, LongestSent)).ToList();
        var right = heads.Received.Select(line => PrintableText.OneLine(line, LongestReceived)).ToList();
        var column = left.Max(line => line.Length);
        if (Indent.Length + column + 5 + right.Max(line => line.Length) > width) return [.. left.Select(line => $"> {line}"), .. right.Select(line => $"< {line}")];
        return Enumerable.Range(0, Math.Max(left.Count, right.Count)).Select(i =>
            (i < left.Count ? $"> {left[i]}" : "").PadRight(column + 2) + (i < right.Count ? $" < {right[i]}" : ""))
            .Select(line => line.TrimEnd());
    }
}
