using System.Text.Json.Serialization;

namespace RealtimeHello.Layers;

/// <summary>
/// What an event says. The record's own properties are the <c>detail</c> of the event's JSON; they never hold secrets, because
/// secrets are masked before anything is decoded, but they do hold a stranger's text: whoever shows it must escape it for the place it is shown.
/// </summary>
public abstract record LayerDetail
{
    /// <summary>The layer that the event belongs to.</summary>
    [JsonIgnore]
    public abstract Layer Layer { get; }

    /// <summary>The kind of event within its layer, camelCase, such as <c>frame</c> or <c>invocation</c>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }

    /// <summary>The event in one line, at most about 200 characters, without line breaks or control characters.</summary>
    [JsonIgnore]
    public abstract string Summary { get; }
}
