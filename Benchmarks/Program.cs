using System.CommandLine;
using RealtimeHello.Benchmarks.Chat;
using RealtimeHello.Benchmarks.Decoding;
using RealtimeHello.Benchmarks.Relay;

var root = new RootCommand("Measures RealtimeHello: side by side, in one run, on this machine. Figures are for comparing, machines are noisy: quote medians and ratios.");
root.Subcommands.Add(PostsCommand.Create());
root.Subcommands.Add(IdleCommand.Create());
root.Subcommands.Add(CostCommand.Create());
root.Subcommands.Add(DecodersCommand.Create());
root.Subcommands.Add(RelayCommand.Create());
root.Subcommands.Add(RelayCommand.CreateForwarder());
return await root.Parse(args).InvokeAsync();
