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
    [InlineData("Inspector", "false", "Inspector is 'false', and has to be a section: Inspector:Enabled=false.")]
    [InlineData("Inspector:OperatorToken:0", "abc", "Inspector:OperatorToken is a list or a section, and has to be one value: Inspector:OperatorToken=TOKEN.")]
    [InlineData("Inspector:OperatorToken:Value", "abc", "Inspector:OperatorToken is a list or a section, and has to be one value: Inspector:OperatorToken=TOKEN.")]
    [InlineData("Inspector:MaskedProperties:0:name", "password", "Inspector:MaskedProperties:0 is a list or a section, and has to be the name of a property: Inspector:MaskedProperties:0=NAME.")]
    [InlineData("Inspector:MaskedProperties:0", "", "Inspector:MaskedProperties:0 is '', and has to be the name of a property.")]
    [InlineData("Inspector:MaskedProperties:1", " ", "Inspector:MaskedProperties:1 is ' ', and has to be the name of a property.")]
    [InlineData("Inspector:MaskedProperties:password", "true", "Inspector:MaskedProperties:password is no entry of a list, and Inspector:MaskedProperties has to be one: Inspector:MaskedProperties:0=NAME.")]
    public void What_the_section_may_not_hold_is_named_with_what_it_may(string key, string value, string sentence) =>
        FluentActions.Invoking(() => Read((key, value))).Should().Throw<StartException>().WithMessage(sentence);

    [Fact]
    public async Task A_wrong_budget_keeps_the_server_from_starting_with_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var (exitCode, output, errors) = await ChatServerProcess.Run("--data", folder.Path, "--urls", "http://127.0.0.1:0", "--Inspector:Journal:TotalBytes=lots");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        errors.Should().StartWith("Inspector:Journal:TotalBytes is 'lots'").And.NotContain("\n");
    }

    [Fact]
    public void A_budget_names_what_it_bounds() =>
        FluentActions.Invoking(() => Read(("Inspector:Journal", "8388608"))).Should().Throw<StartException>()
            .WithMessage($"Inspector:Journal is '8388608', and has to be a section: Inspector:Journal:TotalBytes={new JournalOptions().TotalBytes}.");

    [Fact]
    public void What_has_its_shape_is_taken()
    {
        var settings = Read(("Inspector:Enabled", "false"), ("Inspector:OperatorToken", " sixteen-letters-\n"), ("Inspector:MaskedProperties:0", "password"), ("Inspector:MaskedProperties:1", "pin"));

        settings.IsEnabled.Should().BeFalse();
        settings.OperatorToken.Should().Be("sixteen-letters-");
        settings.MaskedProperties.Should().Equal("password", "pin");
        Read(("Inspector", ""), ("Inspector:MaskedProperties", "")).MaskedProperties.Should().BeEmpty("an empty list in a file has an empty value");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("fifteen-letters")]
    [InlineData("fifteen-letters    ")]
    public void An_operators_token_that_could_be_guessed_is_refused_and_not_repeated(string token) =>
        FluentActions.Invoking(() => Read(("Inspector:OperatorToken", token))).Should().Throw<StartException>()
            .WithMessage("Inspector:OperatorToken is shorter than 16 characters, and could be guessed. Take a longer one, or none: then one is made.");

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void An_empty_operators_token_is_none(string token) => Read(("Inspector:OperatorToken", token)).OperatorToken.Should().BeNull();

    private static InspectorSettings Read(params (string Key, string Value)[] settings) =>
        InspectorSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
