using System.CommandLine;
using RealtimeHello.Benchmarks.Chat;

var root = new RootCommand("Measures RealtimeHello: side by side, in one run, on this machine. Figures are for comparing, machines are noisy: quote medians and ratios.");
root.Subcommands.Add(PostsCommand.Create());
root.Subcommands.Add(IdleCommand.Create());
root.Subcommands.Add(CostCommand.Create());
return await root.Parse(args).InvokeAsync();
