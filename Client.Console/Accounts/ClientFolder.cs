namespace RealtimeHello.Client.Accounts;

/// <summary>The folder where this program keeps what belongs to its user: sign-in tokens.</summary>
internal static class ClientFolder
{
    /// <summary>Names another folder, for tests and for people who want two identities.</summary>
    public const string Variable = "REALTIMEHELLO_HOME";

    /// <summary>
    /// REALTIMEHELLO_HOME where it is set; else <c>realtimehello</c> under the user's configuration folder
    /// (XDG_CONFIG_HOME or ~/.config on Linux, ~/Library/Application Support, %APPDATA%). The folder need not exist.
    /// </summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen) return System.IO.Path.GetFullPath(chosen);
            var configuration = Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            if (configuration.Length == 0) configuration = AppContext.BaseDirectory;
            return System.IO.Path.Combine(configuration, "realtimehello");
        }
    }
}
