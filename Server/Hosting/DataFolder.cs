namespace RealtimeHello.Server.Hosting;

/// <summary>
/// The one folder that holds everything the server keeps: messages, keys, the operator's token. While the process
/// lives it holds an exclusive lock on it, so that no second server writes there.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    /// <summary>The folder's full path.</summary>
    public string Path { get; }

    /// <summary>The full path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A folder in it, made for this user alone where it is missing.</summary>
    public DirectoryInfo Folder(string name) => Make(File(name));

    /// <summary>Opens the folder, and makes it where it is missing, for this user alone.</summary>
    /// <param name="path">Null or empty: under the user's local application data.</param>
    /// <exception cref="StartException">It can't be made, written or locked.</exception>
    public static DataFolder Open(string? path)
    {
        path = System.IO.Path.GetFullPath(string.IsNullOrWhiteSpace(path) ? DefaultPath() : path);
        try
        {
            Make(path);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {path} can't be made: {trouble.Message}");
        }

        try
        {
            return new DataFolder(path, new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException)
        {
            throw new StartException($"The data folder {path} can't be written. Choose another one with --data FOLDER.");
        }
        catch (IOException)
        {
            throw new StartException($"The data folder {path} is in use by another server. Stop that one, or choose another folder with --data FOLDER.");
        }
    }

    public void Dispose() => _lock.Dispose();

    private static string DefaultPath()
    {
        var local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        return local.Length > 0
            ? System.IO.Path.Combine(local, "RealtimeHello")
            : throw new StartException("This user has no folder for application data. Choose one with --data FOLDER.");
    }

    private static DirectoryInfo Make(string path) =>
        OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly);
}
