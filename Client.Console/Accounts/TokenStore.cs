using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RealtimeHello.Client.Accounts;

/// <summary>
/// The kept tokens, one file for each server and name, so that two programs never write the same file for different people.
/// Files and folder are for their user alone (0600, 0700), and a file is replaced as a whole. Trouble with files never throws:
/// it is told to <paramref name="complain"/> in one sentence, and the program goes on without the token.
/// </summary>
/// <param name="folder">Made when the first token is kept.</param>
/// <param name="clock">Tells which tokens have expired.</param>
/// <param name="complain">Hears each trouble, one sentence.</param>
internal sealed class TokenStore(string folder, TimeProvider clock, Action<string> complain)
{
    /// <summary>A token file is smaller than this, in bytes; anything larger is not ours.</summary>
    private const int LargestFile = 64 * 1024;

    /// <summary>Files that are looked at to find a server's tokens.</summary>
    private const int MostFiles = 1_000;

    private readonly string _folder = Path.Combine(folder, "tokens");

    public KeptToken? Find(ServerAddress server, string name) =>
        Read(FileOf(server, name)) is { } token && token.Server == server.ToString() && KeyOf(token.Name) == KeyOf(name) && !HasExpired(token) ? token : null;

    /// <summary>The one name whose token is kept for a server; null when there is none, or more than one.</summary>
    public string? FindSingleName(ServerAddress server)
    {
        if (!Directory.Exists(_folder)) return null;
        string? single = null;
        foreach (var file in Directory.EnumerateFiles(_folder, $"{HashOf(server.ToString())}-*.json").Take(MostFiles))
        {
            if (Read(file) is not { } token || token.Server != server.ToString() || HasExpired(token)) continue;
            if (single is not null) return null;
            single = token.Name;
        }

        return single;
    }

    public void Keep(ServerAddress server, SignedIn signedIn)
    {
        var file = FileOf(server, signedIn.Name);
        var draft = $"{file}.{Guid.NewGuid():N}.draft";
        try
        {
            PrivateFiles.MakeFolder(_folder);
            var token = new KeptToken(server.ToString(), signedIn.Name, signedIn.AccessToken, signedIn.ExpiresAt);
            using (var stream = new FileStream(draft, PrivateFiles.New()))
            {
                JsonSerializer.Serialize(stream, token, AccountsJson.Default.KeptToken);
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: true);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            complain($"The sign-in could not be kept in {_folder} ({trouble.Message.TrimEnd('.')}): the name may be refused next time.");
            TryDelete(draft);
        }
    }

    private KeptToken? Read(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (stream.Length > LargestFile) throw new JsonException();
            return JsonSerializer.Deserialize(stream, AccountsJson.Default.KeptToken) ?? throw new JsonException();
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            SetAside(file);
            return null;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            complain($"The kept sign-in could not be read ({trouble.Message.TrimEnd('.')}): signing in without it.");
            return null;
        }
    }

    private void SetAside(string file)
    {
        var aside = $"{Path.ChangeExtension(file, null)}.{clock.GetUtcNow():yyyyMMddHHmmssfff}.damaged";
        try
        {
            File.Move(file, aside);
            complain($"The kept sign-in in {file} is damaged: it was moved to {aside}, and this is a new sign-in.");
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            complain($"The kept sign-in in {file} is damaged and could not be moved aside ({trouble.Message.TrimEnd('.')}): this is a new sign-in.");
        }
    }

    private bool HasExpired(KeptToken token) => token.ExpiresAt <= clock.GetUtcNow().UtcDateTime;

    private static void TryDelete(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            // The draft is private and nameless; the sentence about the failed write was the important one.
        }
    }

    private string FileOf(ServerAddress server, string name) => Path.Combine(_folder, $"{HashOf(server.ToString())}-{HashOf(KeyOf(name))}.json");

    /// <summary>The server takes Ada and ada for one name.</summary>
    private static string KeyOf(string name) => name.ToUpperInvariant();

    /// <summary>Addresses and names hold characters that file names can't.</summary>
    private static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
