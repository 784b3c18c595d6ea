using RealtimeHello.Recording;

namespace RealtimeHello.Tests.Recording;

public sealed class SideBySideTests
{
    [Fact]
    public async Task Nobody_gets_what_somebody_else_has()
    {
        var row = new SideBySide<object>(() => new object(), atOnce: 16);

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Enumerable.Range(0, 1_000).Select(_ => row.Take()).ToArray())));

        taken.SelectMany(some => some).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Some_are_made_at_a_time_and_handed_out_in_that_order()
    {
        var made = 0;
        var row = new SideBySide<string>(() => $"{++made}", atOnce: 4);

        var taken = Enumerable.Range(0, 5).Select(_ => row.Take()).ToArray();

        taken.Should().Equal("1", "2", "3", "4", "5");
        made.Should().Be(8);
    }
}
