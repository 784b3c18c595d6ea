using Microsoft.Playwright;
using RealtimeHello.Tests.Pages;

[assembly: AssemblyFixture(typeof(Browser))]

namespace RealtimeHello.Tests.Pages;

/// <summary>One real Chromium for all tests of the pages; each test opens a context of its own.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A fresh context; skips the test where Chromium is not installed.</summary>
    public async Task<IBrowserContext> Open(int width = 1280, int height = 800, ColorScheme scheme = ColorScheme.Light, bool javaScript = true)
    {
        var program = Program();
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        return await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            JavaScriptEnabled = javaScript,
        });
    }

    /// <summary>Where Chromium is; skips the test where it is not installed.</summary>
    public static string Program()
    {
        var program = Environment.GetEnvironmentVariable("CHROMIUM") ?? Places.FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, "Chromium is not installed: apt-get install chromium");
        return program!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
