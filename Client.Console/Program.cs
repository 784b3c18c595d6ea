using RealtimeHello.Client.Chat;
using RealtimeHello.Client.CommandLine;

return await Commands.Run(args, Console.Out, Console.Error, ChatProgram.Run);
