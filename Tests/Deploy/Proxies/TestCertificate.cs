using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Deploy.Proxies;

/// <summary>A certificate for localhost, with its issuer's, in files as proxies read them.</summary>
public sealed class TestCertificate : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly X509Certificate2 _issuer;

    public TestCertificate()
    {
        var now = DateTimeOffset.UtcNow;
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Issuer of a test", issuerKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _issuer = authority.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(_issuer, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);

        File.WriteAllText(Issuer, _issuer.ExportCertificatePem());
        File.WriteAllText(Chain, $"{certificate.ExportCertificatePem()}\n{_issuer.ExportCertificatePem()}\n");
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Whole, $"{File.ReadAllText(Chain)}\n{File.ReadAllText(Key)}\n");
    }

    /// <summary>The issuer's certificate: whoever trusts it trusts the other.</summary>
    public string Issuer => Path.Combine(_folder.Path, "issuer.pem");

    /// <summary>Certificate and issuer.</summary>
    public string Chain => Path.Combine(_folder.Path, "chain.pem");

    public string Key => Path.Combine(_folder.Path, "key.pem");

    /// <summary>Certificate, issuer and key in one file.</summary>
    public string Whole => Path.Combine(_folder.Path, "whole.pem");

    /// <summary>Trusts this issuer, and nobody else.</summary>
    public bool Trusts(X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 leaf) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_issuer);
        return chain.Build(leaf);
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _folder.Dispose();
    }
}
