using System.CommandLine;
using System.CommandLine.Help;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Layers;

namespace RealtimeHello.Client.CommandLine;

/// <summary>The program's commands. Without one, <c>chat</c> is meant.</summary>
internal static class Commands
{
    /// <summary>The exit code for a command line that can't be understood.</summary>
    public const int Usage = 2;

    /// <summary>The exit code of what was interrupted before it had an answer, as a shell has it for SIGINT.</summary>
    public const int Interrupted = 130;

    /// <param name="args">The command line.</param>
    /// <param name="output">Help and version.</param>
    /// <param name="error">What is wrong with the command line.</param>
    /// <param name="programs">Do what the commands ask for.</param>
    public static async Task<int> Run(string[] args, TextWriter output, TextWriter error, Programs programs)
    {
        var root = new RootCommand("RealtimeHello in a terminal. Without a command, chat is run.")
        {
            ChatCommand.Create(programs.Chat), HelloCommand.Create(programs.Hello), DoctorCommand.Create(programs.Doctor),
            RelayCommand.Create(programs.Relay), ShowCommand.Create(programs.Show), WatchCommand.Create(programs.Watch),
        };
        // [suggest] and @file would change what a name such as @ada means.
        root.Directives.Clear();
        foreach (var option in root.Options.OfType<HelpOption>()) option.Description = "Show help.";
        foreach (var version in root.Options.OfType<VersionOption>()) version.Description = "Show the version.";

        if (args is [var word, ..] && !word.StartsWith('-') && root.Subcommands.All(command => command.Name != word))
        {
            await error.WriteLineAsync($"There is no command '{PrintableText.OneLine(word, 100)}'. See: realtimehello --help");
            return Usage;
        }

        var result = root.Parse(WithDefault(args, root), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count > 0)
        {
            var command = result.CommandResult.Command == root ? "" : result.CommandResult.Command.Name + " ";
            await error.WriteLineAsync($"{PrintableText.OneLine(result.Errors[0].Message, 500)} See: realtimehello {command}--help");
            return Usage;
        }

        using var help = new StringWriter();
        try
        {
            var code = await result.InvokeAsync(new InvocationConfiguration
            {
                Output = help,
                Error = error,
                EnableDefaultExceptionHandler = false,
                // Each command ends its own way at Ctrl+C.
                ProcessTerminationTimeout = null,
            });
            return await Print(help.ToString(), output, error) ? code : 1;
        }
        catch (Exception unexpected)
        {
            await error.WriteLineAsync($"Something unexpected failed: {PrintableText.OneLine(unexpected.Message, 500)} ({unexpected.GetType().Name})");
            return 1;
        }
    }

    /// <returns>Whether it could be written, or nobody wants to read it.</returns>
    private static async Task<bool> Print(string help, TextWriter output, TextWriter error)
    {
        try
        {
            await output.WriteAsync(help);
            await output.FlushAsync();
            return true;
        }
        catch (Exception failure) when (OutputTrouble.IsOne(failure))
        {
            if (OutputTrouble.Of(failure) is not { } trouble) return true;
            await error.WriteLineAsync(trouble);
            return false;
        }
    }

    private static string[] WithDefault(string[] args, RootCommand root) => args switch
    {
        [] => ["chat"],
        [var first, ..] when first.StartsWith('-') && !root.Options.Any(option => option.Name == first || option.Aliases.Contains(first)) => ["chat", .. args],
        _ => args,
    };
}
