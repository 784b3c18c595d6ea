using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace RealtimeHello.Benchmarks.Relay;

/// <summary>What the relay costs: the same bytes through nothing, through a plain forwarder, and through the relay, each a process of its own.</summary>
internal static partial class RelayCommand
{
    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each takes its turn.", DefaultValueFactory = _ => 9 };
        var share = new Option<double>("--share") { Description = "Of the bytes that a full run sends.", DefaultValueFactory = _ => 1 };
        var command = new Command("relay", "Throughput through the relay, beside a plain TCP forwarder.") { rounds, share };
        command.SetAction(async result =>
        {
            await Measure(result.GetValue(rounds), result.GetValue(share));
            return 0;
        });
        return command;
    }

    /// <summary>The process that <see cref="RelayCommand"/> compares with.</summary>
    public static Command CreateForwarder()
    {
        var target = new Argument<int>("PORT") { Description = "Of the loopback." };
        var command = new Command("forwarder", "A plain TCP forwarder.") { target };
        command.Hidden = true;
        command.SetAction(result => PlainForwarder.Run(result.GetRequiredValue(target)));
        return command;
    }

    private static async Task Measure(int rounds, double share)
    {
        Load[] loads =
        [
            new("64 KB frames, 1 connection", 1, 64 * 1024, 1, (int)(16_000 * share)),
            new("64 KB frames, 8 connections", 8, 64 * 1024, 1, (int)(2_000 * share)),
            new("100 B frames by 32, 1 connection", 1, 100, 32, (int)(100_000 * share)),
            new("100 B frames one by one, 8 connections", 8, 100, 1, (int)(25_000 * share)),
        ];
        using var sink = new Sink();
        var console = Path.Combine(AppContext.BaseDirectory, "console", "realtimehello.dll");
        using var forwarder = await Way.Start("plain forwarder", [typeof(RelayCommand).Assembly.Location, "forwarder", $"{sink.Port}"], isReadyOnError: false);
        using var quiet = await Way.Start("relay, recording", [console, "relay", "--listen", "127.0.0.1:0", "--target", $"ws://127.0.0.1:{sink.Port}", "--layers", "none"], isReadyOnError: true);
        using var shown = await Way.Start("relay, printing all layers", [console, "relay", "--listen", "127.0.0.1:0", "--target", $"ws://127.0.0.1:{sink.Port}"], isReadyOnError: true);
        Way[] ways = [new Way("nothing between", null, sink.Port), forwarder, quiet, shown];
        Console.WriteLine("| traffic | way | MB/s | to the plain forwarder | s CPU a GB |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var load in loads)
        {
            var rates = ways.ToDictionary(way => way, _ => new List<double>());
            var costs = ways.ToDictionary(way => way, _ => new List<double>());
            foreach (var way in ways) await load.Run(way.Port);
            for (var round = 0; round < rounds; round++)
            {
                foreach (var way in ways)
                {
                    var before = way.Processor;
                    var took = await load.Run(way.Port);
                    rates[way].Add(load.Bytes / 1e6 / took.TotalSeconds);
                    costs[way].Add((way.Processor - before).TotalSeconds / (load.Bytes / 1e9));
                }
            }

            foreach (var way in ways)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {load.Name} | {way.Name} | {Median(rates[way]):#,0} | {Median([.. rates[way].Zip(rates[forwarder], (own, plain) => own / plain)]):0.00} | {Median(costs[way]):0.00} |"));
            }
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed partial record Way(string Name, Process? Process, int Port) : IDisposable
    {
        public TimeSpan Processor
        {
            get
            {
                Process?.Refresh();
                return Process?.TotalProcessorTime ?? TimeSpan.Zero;
            }
        }

        public static async Task<Way> Start(string name, string[] arguments, bool isReadyOnError)
        {
            var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var line = await (isReadyOnError ? process.StandardError : process.StandardOutput).ReadLineAsync() ?? throw new InvalidOperationException($"{name} did not start.");
            // Read on, and thrown away: as by a terminal that keeps up.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
            return new Way(name, process, int.Parse(LastNumber().Match(line.Split(" to ")[0]).Value, CultureInfo.InvariantCulture));
        }

        public void Dispose()
        {
            if (Process is null) return;
            Process.Kill();
            Process.WaitForExit();
            Process.Dispose();
        }

        [GeneratedRegex(@"\d+$")]
        private static partial Regex LastNumber();
    }
}
