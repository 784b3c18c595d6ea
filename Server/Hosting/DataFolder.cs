namespace RealtimeHello.Server.Hosting;

/// <summary>The one folder that holds everything the server keeps: messages, keys, the operator's token.</summary>
internal sealed class DataFolder
{
    private DataFolder(string path) => Path = path;

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The full path of a file or folder in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Opens the folder, and makes it where it is missing, for this user alone.</summary>
    /// <param name="path">Null or empty: under the user's local application data.</param>
    public static DataFolder Open(string? path)
    {
        if (string.IsNullOrWhiteSpace(path))
            path = System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "RealtimeHello");
        path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new DataFolder(path);
    }
}
