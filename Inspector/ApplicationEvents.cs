using Microsoft.AspNetCore.Http;
using RealtimeHello.Layers.Application;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector;

/// <summary>How an application adds events of its own to the connection that they belong to.</summary>
public static class ApplicationEvents
{
    /// <summary>Publishes a fact of the application on the connection of this request or hub; without effect where it is not recorded, or the request is over.</summary>
    /// <param name="context">The request's context; of a hub: <c>Context.GetHttpContext()</c>.</param>
    /// <param name="kind">camelCase, such as <c>posted</c>.</param>
    /// <param name="text">The fact in one line. Must not hold secrets.</param>
    /// <param name="fields">Further fields.</param>
    public static void PublishApplicationEvent(this HttpContext? context, string kind, string text, IReadOnlyDictionary<string, object?>? fields = null) =>
        Publish(RecordedRequest.Of(context), kind, text, fields);

    /// <summary>The same for what may happen when the request is over; without effect when the connection is, or when it may be somebody else's now.</summary>
    /// <param name="connection">From <see cref="ConnectionRecorderFeature.GetConnectionRecorder"/>, while the request was there.</param>
    /// <param name="kind">camelCase, such as <c>delivered</c>.</param>
    /// <param name="text">The fact in one line. Must not hold secrets.</param>
    /// <param name="fields">Further fields.</param>
    public static void PublishApplicationEvent(this IConnectionRecorderFeature? connection, string kind, string text, IReadOnlyDictionary<string, object?>? fields = null) =>
        Publish(connection is null ? null : (connection as KeptConnection)?.Request ?? new RecordedRequest(connection.Recorder, connection.Recorder.Owner), kind, text, fields);

    private static void Publish(RecordedRequest? request, string kind, string text, IReadOnlyDictionary<string, object?>? fields) =>
        request?.Fact(new ApplicationFact(kind, text, fields ?? new Dictionary<string, object?>()), DecodingDepth.Full);
}
