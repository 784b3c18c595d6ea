using System.Globalization;
using System.Text;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Catalogue;

/// <summary>
/// docs/doctor-catalogue.md shows what is said when each row happens. When that changed on purpose, scripts/write-catalogue.sh (which sets
/// REALTIMEHELLO_WRITE_CATALOGUE) writes it anew.
/// </summary>
public sealed class CatalogueTests
{
    private const string Head = """
        # What goes wrong, and what is said

        Each row is made to happen by a test, with the real programs, and what the doctor or the inspector says is put here by that test (`scripts/write-catalogue.sh`
        writes it anew; `dotnet test` fails when it differs). Rows that can't be made to happen on one machine say where they are *reported*. More mistakes of each proxy
        are in `Tests/Client.Console/DoctorBehind*Tests.cs`.

        | # | layer | what the wire shows | how it is made to happen | what is said |
        |---|---|---|---|---|

        """;

    private static readonly string file = Path.Combine(Repository.Root, "docs", "doctor-catalogue.md");

    public static TheoryData<int> Numbers => [.. CatalogueRows.All.Keys];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_row_is_recognised_as_the_table_in_docs_says(int number)
    {
        Assert.SkipWhen(Writes, "The table is being written.");
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        var shown = lines.Single(line => line.StartsWith($"| {number.ToString(CultureInfo.InvariantCulture)} |", StringComparison.Ordinal));

        shown.Should().Be(await Line(number), "scripts/write-catalogue.sh writes it anew");
    }

    [Fact]
    public async Task The_table_in_docs_has_every_row_and_no_other()
    {
        if (Writes)
        {
            var written = new StringBuilder(Head);
            foreach (var number in CatalogueRows.All.Keys) written.Append(await Line(number)).Append('\n');
            await File.WriteAllTextAsync(file, written.ToString(), TestContext.Current.CancellationToken);
        }

        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        text.Should().StartWith(Head);
        text[Head.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture))
            .Should().Equal(CatalogueRows.All.Keys).And.Equal(Enumerable.Range(1, 41));
    }

    private static bool Writes => Environment.GetEnvironmentVariable("REALTIMEHELLO_WRITE_CATALOGUE") is { Length: > 0 };

    private static async Task<string> Line(int number)
    {
        var row = CatalogueRows.All[number];
        var said = row.Provoke is { } provoke ? await provoke() : "reported";
        return string.Create(CultureInfo.InvariantCulture, $"| {number} | {row.Layer} | {row.Shows} | {row.How} | {said.Replace("|", "\\|", StringComparison.Ordinal)} |");
    }
}
