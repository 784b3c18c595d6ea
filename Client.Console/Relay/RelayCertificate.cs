using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Client.Accounts;

namespace RealtimeHello.Client.Relay;

/// <summary>
/// The certificate that the relay shows where it listens with TLS: made here, kept for its user alone, and good for its own names only. It
/// is nobody's issuer, so that whoever trusts it trusts this key and nothing else.
/// </summary>
internal static class RelayCertificate
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    /// <summary>A new one is made when less than this is left of the old one.</summary>
    private static readonly TimeSpan Reserve = TimeSpan.FromDays(14);

    /// <summary>The file with the certificate (without its key), to be trusted.</summary>
    public static string FileOf(string folder, string host) => Path.Combine(folder, "relay", $"{Safe(host)}.pem");

    /// <summary>The kept certificate for a host, or a new one.</summary>
    /// <param name="folder">This user's folder of the program.</param>
    /// <param name="host">What clients call the relay; localhost and the loopback addresses are in it besides.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ServerTrouble">It can't be kept.</exception>
    public static X509Certificate2 Of(string folder, string host, DateTimeOffset now)
    {
        var file = FileOf(folder, host);
        var keyFile = Path.ChangeExtension(file, ".key");
        try
        {
            return Read(file, keyFile, now) ?? Make(file, keyFile, host, now);
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new ServerTrouble($"The relay's certificate can't be kept in {Path.GetDirectoryName(file)}: {trouble.Message}", isLasting: true, trouble);
        }
    }

    private static X509Certificate2? Read(string file, string keyFile, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(file, keyFile);
            return certificate.NotAfter.ToUniversalTime() - now < Reserve || certificate.NotBefore.ToUniversalTime() > now ? null : Usable(certificate);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or CryptographicException)
        {
            return null;
        }
    }

    private static X509Certificate2 Make(string file, string keyFile, string host, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=RealtimeHello relay", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        if (IPAddress.TryParse(host, out var address)) names.AddIpAddress(address);
        else if (host is not ("*" or "localhost")) names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now + Lifetime);

        PrivateFiles.MakeFolder(Path.GetDirectoryName(file)!);
        WritePrivate(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n");
        return Usable(certificate);
    }

    private static void WritePrivate(string file, string text)
    {
        File.Delete(file);
        using var writer = new StreamWriter(file, PrivateFiles.New());
        writer.Write(text + "\n");
    }

    /// <summary>TLS on Windows does not take a key that lives in memory alone.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) => X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);

    private static string Safe(string host) => host == "*" ? "any" : string.Concat(host.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '_'));
}
