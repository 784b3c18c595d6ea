using Microsoft.Extensions.Configuration;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Server.Hosting;
using RealtimeHello.Server.Observation;

namespace RealtimeHello.Tests.Server;

/// <summary>A value where the section <c>Inspector</c> has to have a section or a list, or the other way round, is refused: it would have no effect.</summary>
public sealed class InspectorSettingsShapeTests
{
    [Theory]
    [InlineData("Inspector", "false", "Inspector is 'false', and has to be a section: Inspector:Enabled=false.")]
    [InlineData("Inspector:OperatorToken:0", "abc", "Inspector:OperatorToken is a list or a section, and has to be one value: Inspector:OperatorToken=TOKEN.")]
    [InlineData("Inspector:OperatorToken:Value", "abc", "Inspector:OperatorToken is a list or a section, and has to be one value: Inspector:OperatorToken=TOKEN.")]
    [InlineData("Inspector:MaskedProperties:0:name", "password", "Inspector:MaskedProperties:0 is a list or a section, and has to be the name of a property: Inspector:MaskedProperties:0=NAME.")]
    [InlineData("Inspector:MaskedProperties:0", "", "Inspector:MaskedProperties:0 is '', and has to be the name of a property.")]
    [InlineData("Inspector:MaskedProperties:1", " ", "Inspector:MaskedProperties:1 is ' ', and has to be the name of a property.")]
    [InlineData("Inspector:MaskedProperties:password", "true", "Inspector:MaskedProperties:password is no entry of a list, and the names of properties have to be one: Inspector:MaskedProperties:0=NAME.")]
    public void It_is_named_with_what_has_to_stand_there(string key, string value, string sentence) =>
        FluentActions.Invoking(() => Read((key, value))).Should().Throw<StartException>().WithMessage(sentence);

    [Fact]
    public void A_budget_names_what_it_bounds() =>
        FluentActions.Invoking(() => Read(("Inspector:Journal", "8388608"))).Should().Throw<StartException>()
            .WithMessage($"Inspector:Journal is '8388608', and has to be a section: Inspector:Journal:TotalBytes={new JournalOptions().TotalBytes}.");

    [Fact]
    public void What_has_its_shape_is_taken()
    {
        var settings = Read(("Inspector:Enabled", "false"), ("Inspector:OperatorToken", "abc"), ("Inspector:MaskedProperties:0", "password"), ("Inspector:MaskedProperties:1", "pin"));

        settings.IsEnabled.Should().BeFalse();
        settings.OperatorToken.Should().Be("abc");
        settings.MaskedProperties.Should().Equal("password", "pin");
        Read(("Inspector", ""), ("Inspector:MaskedProperties", "")).MaskedProperties.Should().BeEmpty("an empty list in a file has an empty value");
    }

    private static InspectorSettings Read(params (string Key, string Value)[] settings) =>
        InspectorSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());
}
