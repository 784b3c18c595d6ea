using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Recording.Captures;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>Recorded connections as files for Wireshark, browsers' network panels, jq, and this project's own <c>show</c>.</summary>
internal static class ExportEndpoints
{
    private const int MostConnections = 200;

    private delegate Task Writer(Stream stream, IReadOnlyCollection<ConnectionRecord> connections, CancellationToken cancellationToken);

    public static void Map(RouteGroupBuilder group)
    {
        group.MapRead("/connections/{id}/export", One);
        group.MapRead("/export", Several);
    }

    private static IResult One(HttpContext context, InspectorAccess access, Journal journal, string id, string? format) =>
        Export(context, access, journal, [id], format);

    private static IResult Several(HttpContext context, InspectorAccess access, Journal journal, string? connections, string? format)
    {
        string[] ids = [.. (connections ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()];
        return ids.Length is 0 or > MostConnections
            ? Results.Problem(statusCode: 400, title: "Bad list of connections", detail: $"connections is a list of 1 to {MostConnections} ids, separated by commas.")
            : Export(context, access, journal, ids, format);
    }

    private static IResult Export(HttpContext context, InspectorAccess access, Journal journal, string[] ids, string? format)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        (Writer, string)? known = format switch
        {
            "pcapng" => (PcapngExport.Write, PcapngExport.MediaType),
            "har" => ((stream, records, cancellationToken) => HarExport.Write(stream, records, journal.Options.Decoders, cancellationToken), HarExport.MediaType),
            "ndjson" => ((stream, records, cancellationToken) => NdjsonExport.Write(stream, records, journal.Options.Decoders, cancellationToken), NdjsonExport.MediaType),
            CaptureFormat.Extension => (CaptureWriter.Write, CaptureFormat.MediaType),
            _ => null,
        };
        if (known is not var (write, mediaType)) return Results.Problem(statusCode: 400, title: "Unknown format", detail: "format is pcapng, har, ndjson or capture.");
        var records = new List<ConnectionRecord>();
        foreach (var id in ids)
        {
            if (InspectorEndpoints.Visible(context, access, journal, id) is not { } record) return InspectorEndpoints.Unknown(context, access, id);
            records.Add(record);
        }

        var name = ids.Length == 1 ? SafeName(ids[0]) : $"{ids.Length}-connections";
        return Results.Stream(stream => context.IsOfHeadAlone() ? Task.CompletedTask : write(stream, records, context.RequestAborted), mediaType, $"{name}.{format}");
    }

    private static string SafeName(string id) => string.Concat(id.Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_').Take(40));
}
