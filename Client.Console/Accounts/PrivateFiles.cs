namespace RealtimeHello.Client.Accounts;

/// <summary>Files and folders that are for this program's user alone (0600, 0700); on Windows the user's own folders are so by themselves.</summary>
internal static class PrivateFiles
{
    /// <summary>Makes a folder where there is none.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>How to open a file that must not be there yet.</summary>
    public static FileStreamOptions New(FileShare share = FileShare.None, FileOptions options = FileOptions.None)
    {
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = share, Options = options };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return file;
    }
}
