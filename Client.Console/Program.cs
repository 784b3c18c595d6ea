using RealtimeHello.Client.Chat;
using RealtimeHello.Client.CommandLine;
using RealtimeHello.Client.Doctor;
using RealtimeHello.Client.Hello;
using RealtimeHello.Client.Relay;
using RealtimeHello.Client.Show;
using RealtimeHello.Client.Terminal;
using RealtimeHello.Client.Watch;

namespace RealtimeHello.Client;

/// <summary>The entry point; not top-level statements, whose Program class would stand beside the server's in the tests.</summary>
internal static class EntryPoint
{
    private static async Task<int> Main(string[] args)
    {
        await using var error = Terminals.OpenText(new UnfailingStream(Console.OpenStandardError()));
        error.AutoFlush = true;
        Console.SetError(error);
        return await Commands.Run(args, Console.Out, Console.Error, new Programs(ChatProgram.Run, HelloProgram.Run, DoctorProgram.Run, RelayProgram.Run, ShowProgram.Run, WatchProgram.Run));
    }
}
