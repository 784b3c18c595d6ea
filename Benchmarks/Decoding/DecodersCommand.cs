using System.CommandLine;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace RealtimeHello.Benchmarks.Decoding;

/// <summary>How fast each decoder is, and what it allocates.</summary>
internal static class DecodersCommand
{
    public static Command Create()
    {
        var effort = new Option<string>("--job") { Description = "BenchmarkDotNet's job: dry (once, to see that it runs), short (a minute), default (several).", DefaultValueFactory = _ => "short" };
        effort.AcceptOnlyFromAmong("dry", "short", "default");
        var command = new Command("decoders", "Decoding speed of each decoder in MB/s, and bytes allocated for each message (BenchmarkDotNet).") { effort };
        command.SetAction(result => Run(result.GetValue(effort) switch { "dry" => Job.Dry, "default" => Job.Default, _ => Job.ShortRun }));
        return command;
    }

    private static int Run(Job job)
    {
        var folder = Directory.CreateTempSubdirectory("realtimehello-benchmarks-");
        try
        {
            var config = ManualConfig.CreateEmpty()
                .AddJob(job.WithToolchain(InProcessEmitToolchain.DontLogOutput))
                .AddLogger(NullLogger.Instance)
                .AddColumnProvider(BenchmarkDotNet.Columns.DefaultColumnProviders.Instance)
                .WithArtifactsPath(folder.FullName)
                .WithOptions(ConfigOptions.DisableOptimizationsValidator);
            Console.WriteLine($"{"decoder",-42} {"MB/s",8} {"ns/message",11} {"B/message",10}");
            var measured = new DecoderBenchmarks();
            var failed = false;
            foreach (var method in typeof(DecoderBenchmarks).GetMethods().Where(method => method.IsDefined(typeof(BenchmarkAttribute), inherit: false)))
            {
                // One after the other, so that each line comes when it is measured.
                var one = BenchmarkConverter.MethodsToBenchmarks(typeof(DecoderBenchmarks), [method], config);
                var benchmark = one.BenchmarksCases.Single();
                var summary = BenchmarkRunner.Run(one);
                var report = summary.Reports.SingleOrDefault();
                if (report?.ResultStatistics is not { } time)
                {
                    var why = summary.ValidationErrors.Select(error => error.Message).Concat(report?.ExecuteResults.SelectMany(execution => execution.Errors) ?? []);
                    Console.Error.WriteLine($"{benchmark.Descriptor.WorkloadMethodDisplayInfo} failed. {string.Join(' ', why)}");
                    failed = true;
                    continue;
                }

                var messages = method.Name switch { nameof(DecoderBenchmarks.Http) => 2, nameof(DecoderBenchmarks.Tls) => 1, _ => Conversation.Frames };
                var allocated = report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),-42} {measured.BytesOf(method.Name) * 1e3 / time.Median,8:N0} {time.Median / messages,11:N0} {(double)allocated / messages,10:N0}"));
            }

            return failed ? 1 : 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
