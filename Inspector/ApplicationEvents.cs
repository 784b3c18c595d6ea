using Microsoft.AspNetCore.Http;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;

namespace RealtimeHello.Inspector;

/// <summary>How an application adds events of its own to the connection that they belong to.</summary>
public static class ApplicationEvents
{
    /// <summary>Publishes a fact of the application on the connection of this request or hub; without effect where it is not recorded.</summary>
    /// <param name="context">The request's context; of a hub: <c>Context.GetHttpContext()</c>.</param>
    /// <param name="kind">camelCase, such as <c>posted</c>.</param>
    /// <param name="text">The fact in one line. Must not hold secrets.</param>
    /// <param name="fields">Further fields.</param>
    public static void PublishApplicationEvent(this HttpContext? context, string kind, string text, IReadOnlyDictionary<string, object?>? fields = null) =>
        context.FindRecorder()?.Fact(
            new ApplicationFact(kind, text, fields ?? new Dictionary<string, object?>()), DecodingDepth.Full);
}
