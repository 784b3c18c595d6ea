using System.ComponentModel;
using System.Diagnostics;

namespace RealtimeHello.Tests.Support;

/// <summary>A folder of scripts for Node, and their packages.</summary>
/// <param name="path">Below the project's root.</param>
internal sealed class NodeFolder(string path)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly SemaphoreSlim bringing = new(1);

    public string Path { get; } = System.IO.Path.Combine(Repository.Root, path);

    /// <summary>Installs the packages where they are missing; skips the test where Node is.</summary>
    public async Task BringPackages()
    {
        Assert.SkipUnless(await Exists("node"), "Node is missing. Install it: apt-get install nodejs npm");
        await bringing.WaitAsync();
        try
        {
            // npm writes this file last.
            if (!File.Exists(System.IO.Path.Combine(Path, "node_modules", ".package-lock.json"))) await Run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
        }
        finally
        {
            bringing.Release();
        }
    }

    /// <summary>Runs a program to its end, which has to be a good one.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        try
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
            await process.WaitForExitAsync().WaitAsync(Patience);
            process.ExitCode.Should().Be(0, await errors);
            return output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a program in this folder.</summary>
    public Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Path,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<bool> Exists(string program)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
