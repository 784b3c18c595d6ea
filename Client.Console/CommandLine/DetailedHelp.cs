using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace RealtimeHello.Client.CommandLine;

/// <summary>A command's help with more below its options: what it does when, and examples.</summary>
internal static class DetailedHelp
{
    public static HelpOption Option(string details) => new() { Description = "Show help.", Action = new HelpThenDetails(details) };

    private sealed class HelpThenDetails(string details) : SynchronousCommandLineAction
    {
        /// <summary>Who asks for help need not give what the command needs.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = new HelpAction().Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(details);
            return code;
        }
    }
}
