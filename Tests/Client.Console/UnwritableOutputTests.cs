using System.Diagnostics;
using System.Globalization;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Tests.Recording;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Client;

/// <summary>The commands as processes whose output takes nothing: a disk without space, and a reader that left.</summary>
public sealed class UnwritableOutputTests(ChatServer server) : IClassFixture<ChatServer>, IDisposable
{
    private const string Full = "The output can't be written: No space left on device.\n";

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("chat", "--server", "{server}", "--name", "fay", "--room", "full")]
    [InlineData("hello", "{server}hello")]
    [InlineData("doctor", "{server}hello")]
    [InlineData("doctor", "{server}hello", "--json")]
    [InlineData("doctor", "--help")]
    [InlineData("--help")]
    [InlineData("show", "{capture}")]
    [InlineData("show", "{capture}", "--export", "ndjson")]
    public async Task A_full_disk_is_one_sentence_and_exit_code_1(params string[] arguments)
    {
        var (exitCode, errors) = await Into("> /dev/full", await Fill(arguments));

        errors.Should().Be(Full);
        exitCode.Should().Be(1);
    }

    [Theory]
    [InlineData("chat", "--server", "{server}", "--name", "cy", "--room", "closed")]
    [InlineData("hello", "{server}hello")]
    [InlineData("doctor", "{server}hello")]
    [InlineData("doctor", "{server}hello", "--json")]
    [InlineData("--help")]
    [InlineData("show", "{capture}")]
    [InlineData("show", "{capture}", "--export", "har")]
    public async Task A_closed_output_is_one_sentence_and_exit_code_1(params string[] arguments)
    {
        var (exitCode, errors) = await Into(">&-", await Fill(arguments));

        errors.Should().Be("The output can't be written: it is closed.\n");
        exitCode.Should().Be(1);
    }

    [Theory]
    [InlineData("chat", "--server", "{server}", "--name", "di", "--room", "unheard", "--layers", "all")]
    [InlineData("chat", "--server", "{server}", "--name", "dot", "--room", "unheard", "--verbose")]
    [InlineData("hello", "{server}hello")]
    [InlineData("doctor", "{server}hello")]
    public async Task Whoever_can_not_be_told_anything_is_served_as_well(params string[] arguments)
    {
        var (exitCode, _) = await Into("2>&- > /dev/null", await Fill(arguments));

        exitCode.Should().Be(0);
    }

    [Fact]
    public async Task What_was_posted_when_the_disk_was_full_is_posted()
    {
        await Into("> /dev/full", "chat", "--server", $"{server.Address}", "--name", "gil", "--room", "posted");

        var (_, output, _) = await ConsoleRun.Piped(_home.Path, "", "chat", "--server", $"{server.Address}", "--name", "gil", "--room", "posted", "--history", "9");
        output.Should().Be("#posted 1 gil: one\n#posted 2 gil: two\n");
    }

    [Theory]
    [InlineData("> /dev/full", Full, 1)]
    [InlineData("| head -n 1 > /dev/null", "", 0)]
    public async Task Watch_ends_when_nobody_can_read_it(string sink, string said, int exitCode)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var http = server.Http();
        // The token is made when the server starts.
        using (await http.GetAsync("healthz", limit.Token)) limit.Token.ThrowIfCancellationRequested();
        var token = (await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "operator-token"), limit.Token)).Trim();
        var watch = Into(sink, "watch", $"{server.Address}", "--token", token);
        // The feed tells what comes from its beginning on: until it is read there is another request.
        while (await Task.WhenAny(watch, Task.Delay(200, limit.Token)) != watch)
        {
            using var answer = await http.GetAsync("hello", limit.Token);
        }

        (await watch).Should().Be((exitCode, said));
    }

    [Fact]
    public async Task Hello_ends_well_when_its_reader_left_though_the_input_is_still_open()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var process = ConsoleRun.Start(_home.Path, "hello", $"{server.Address}hello");
        (await process.StandardOutput.ReadLineAsync(limit.Token)).Should().Contain("opened");
        process.StandardOutput.Close();
        await process.StandardInput.WriteAsync("one\n");
        await process.StandardInput.FlushAsync(limit.Token);

        (await process.StandardError.ReadToEndAsync(limit.Token)).Should().BeEmpty();
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0);
    }

    private async Task<string[]> Fill(string[] arguments)
    {
        var capture = Path.Combine(_home.Path, "a.capture");
        if (arguments.Contains("{capture}"))
        {
            await using var file = File.Create(capture);
            await CaptureWriter.Write(file, [RecordedConversation.Many(new Journal(), 1)[0].Recorder.Record], TestContext.Current.CancellationToken);
        }

        return [.. arguments.Select(argument => argument.Replace("{server}", $"{server.Address}", StringComparison.Ordinal).Replace("{capture}", capture, StringComparison.Ordinal))];
    }

    /// <summary>Runs it with two lines of input.</summary>
    /// <param name="sink">Where a shell puts its output.</param>
    /// <param name="arguments">Its arguments.</param>
    private async Task<(int ExitCode, string Errors)> Into(string sink, params string[] arguments)
    {
        var script = $"{{ {{ dotnet exec \"$0\" \"$@\"; echo $? >&3; }} {sink}; }} 3>&1";
        var start = new ProcessStartInfo("sh", ["-c", script, Repository.ConsoleProgram, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["REALTIMEHELLO_HOME"] = _home.Path;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync("one\ntwo\n");
        process.StandardInput.Close();
        return (int.Parse(await process.StandardOutput.ReadToEndAsync(limit.Token), CultureInfo.InvariantCulture), await errors);
    }
}
