using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Server.Hosting;
using RealtimeHello.Server.Observation;
using RealtimeHello.Tests.Support;

namespace RealtimeHello.Tests.Server;

/// <summary>The section <c>Inspector</c> of the server's configuration.</summary>
public sealed class InspectorSettingsTests
{
    [Fact]
    public async Task The_journals_budgets_are_the_configured_ones_and_the_others_their_defaults()
    {
        await using var server = new ChatServer
        {
            Settings = [("Inspector:Journal:TotalBytes", "8388608"), ("inspector:journal:connectionbytes", "65536"), ("Inspector:Journal:ClosedConnections", "3"), ("Inspector:Journal:LifecycleEvents", "16")],
        };
        _ = server.Address;
        var journal = server.Services.GetRequiredService<Journal>().Options;

        journal.Should().BeEquivalentTo(new JournalOptions { TotalBytes = 8_388_608, ConnectionBytes = 65_536, ClosedConnections = 3, LifecycleEvents = 16 });
    }

    [Theory]
    [InlineData("Inspector:Journal:TotalBytes", "64MB", "Inspector:Journal:TotalBytes is '64MB', and has to be a whole number from 1048576 to 1099511627776, without a unit.")]
    [InlineData("Inspector:Journal:ConnectionBytes", "0", "Inspector:Journal:ConnectionBytes is '0', and has to be a whole number from 4096 to 2147483647, without a unit.")]
    [InlineData("Inspector:Journal:LifecycleEvents", "-1", "Inspector:Journal:LifecycleEvents is '-1', and has to be a whole number from 16 to 1000000, without a unit.")]
    [InlineData("Inspector:Journal:ClosedConnections:0", "5", "Inspector:Journal:ClosedConnections is '', and has to be a whole number from 0 to 1000000, without a unit.")]
    [InlineData("Inspector:Journal:TotalByte", "5", "There is no setting Inspector:Journal:TotalByte; there are TotalBytes, ConnectionBytes, OpeningBytes, ClosedConnections, OtherClosedConnections, LifecycleEvents.")]
    [InlineData("Inspector:MaskedProperty:0", "password", "There is no setting Inspector:MaskedProperty; there are Enabled, OperatorToken, MaskedProperties, Journal.")]
    [InlineData("Inspector:MaskedProperties", "password", "Inspector:MaskedProperties is 'password', and has to be a list: Inspector:MaskedProperties:0=password.")]
    [InlineData("Inspector:Enabled", "no", "Inspector:Enabled is 'no', and has to be true or false.")]
    public void What_the_section_may_not_hold_is_named_with_what_it_may(string key, string value, string sentence)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create(key, (string?)value)]).Build();

        FluentActions.Invoking(() => InspectorSettings.Read(configuration)).Should().Throw<StartException>().WithMessage(sentence);
    }

    [Fact]
    public async Task A_wrong_budget_keeps_the_server_from_starting_with_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output, errors) = await ChatServerProcess.Run("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--Inspector:Journal:TotalBytes=lots");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().StartWith("Inspector:Journal:TotalBytes is 'lots'").And.NotContain("\n");
    }
}
