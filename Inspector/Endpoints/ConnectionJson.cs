using System.Text.Json;
using System.Text.Json.Nodes;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;
using RealtimeHello.Recording.Stack;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>The shapes of the inspector's JSON.</summary>
internal static class ConnectionJson
{
    public static string StateOf(ConnectionRecord record) =>
        record.Close is null ? "open" : record.Close.Cause == CloseCauses.UpgradeRefused ? "refused" : "closed";

    public static JsonObject Of(ConnectionRecord record)
    {
        var json = new JsonObject
        {
            ["id"] = record.Id,
            ["user"] = record.UserName,
            ["remote"] = record.Client ?? record.Remote,
            ["proxy"] = record.Client is null ? null : record.Remote,
            ["endpoint"] = $"{(record.IsSecure ? "https" : "http")}://{record.Local}",
            ["path"] = record.Path,
            ["state"] = StateOf(record),
            ["openedAt"] = record.OpenedAt.UtcDateTime,
            ["closedAt"] = record.ClosedAt?.UtcDateTime,
            ["close"] = record.Close is null ? null : JsonSerializer.SerializeToNode(record.Close, EventJson.Options),
            ["layers"] = new JsonArray([.. record.ReadLayers().Select(layer => (JsonNode)Of(layer))]),
            ["counters"] = JsonSerializer.SerializeToNode(record.Counters, EventJson.Options),
            ["tcpInfo"] = record.ReadTcpStatistics() is { } statistics ? JsonSerializer.SerializeToNode(statistics, EventJson.Options) : null,
        };
        return json;
    }

    private static JsonObject Of(LayerState layer) => new()
    {
        ["layer"] = LayerNames.Of(layer.Layer),
        ["state"] = JsonNamingPolicy.CamelCase.ConvertName(layer.State.ToString()),
        ["summary"] = layer.Summary,
        ["detail"] = JsonSerializer.SerializeToNode(layer.Detail, EventJson.Options),
    };
}
