namespace RealtimeHello.Tests.Guide;

/// <summary>
/// The guide shows what the programs print. When that changed on purpose, scripts/write-guide.sh (which sets REALTIMEHELLO_WRITE_GUIDE) writes the outputs anew.
/// </summary>
public sealed class OneHelloSevenLayersTests
{
    [Fact]
    public async Task Every_output_in_the_guide_is_what_the_programs_print()
    {
        var guide = await File.ReadAllTextAsync(GuideText.File, TestContext.Current.CancellationToken);
        var printed = await GuideRuns.All();
        if (Environment.GetEnvironmentVariable("REALTIMEHELLO_WRITE_GUIDE") is { Length: > 0 })
        {
            guide = GuideText.Rewrite(guide, printed);
            await File.WriteAllTextAsync(GuideText.File, guide, TestContext.Current.CancellationToken);
        }

        var shown = GuideText.Shown(guide);

        shown.Keys.Should().BeEquivalentTo(printed.Keys, "each part is shown once");
        foreach (var (name, lines) in shown)
        {
            var (before, now) = (GuideText.Normalise(lines), GuideText.Normalise(printed[name]));
            if (name == GuideRuns.InAnyOrder) (before, now) = ([.. before.Order(StringComparer.Ordinal)], [.. now.Order(StringComparer.Ordinal)]);
            before.Should().Equal(now, $"{name} is shown as it is printed; scripts/write-guide.sh writes it anew");
        }
    }

    [Fact]
    public void Only_what_differs_from_run_to_run_is_made_equal()
    {
        string[] one =
        [
            "23:56:47.581 tcp         -- opened            127.0.0.1:37346 -> 127.0.0.1:5080",
            "             |           91 02 0b 49             masking key",
            "             |           20 48 8a e7 34 1e 95 f6 34 06 d8 af 79 00 89 fa payload, masked",
            "             |           35 48",
            "             |           7b 22                   payload, unmasked",
        ];
        string[] other =
        [
            "01:02:03.004 tcp         -- opened            [::1]:1 -> [::1]:2",
            "             |           00 00 00 00             masking key",
            "             |           00 48 8a e7 34 1e 95 f6 34 06 d8 af 79 00 89 00 payload, masked",
            "             |           00 00",
            "             |           7b 22                   payload, unmasked",
        ];

        GuideText.Normalise(one).Should().Equal(GuideText.Normalise(other));
        other[4] = "             |           7b 23                   payload, unmasked";
        GuideText.Normalise(one).Should().NotEqual(GuideText.Normalise(other));
    }
}
