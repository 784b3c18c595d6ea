namespace RealtimeHello.Tests.Support;

/// <summary>The folder that holds the solution.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The console client in its own output folder: beside the tests it would lack what they have from the shared framework.</summary>
    public static string ConsoleProgram { get; } = Path.Combine(
        Root, "Client.Console", Path.GetRelativePath(Path.Combine(Root, "Tests"), AppContext.BaseDirectory), "realtimehello.dll");

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RealtimeHello.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run from inside the repository.");
    }
}
