using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using RealtimeHello.Inspector.Access;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Recording;
using RealtimeHello.Recording.Exports;
using RealtimeHello.Recording.Journals;

namespace RealtimeHello.Inspector.Endpoints;

/// <summary>
/// Events as they come, as server-sent events and not over a WebSocket: the inspector has to work exactly when WebSockets don't. The id of an
/// event is its sequence, so that Last-Event-ID resumes. The feed's own connection is not recorded: no echo of itself.
/// </summary>
internal sealed class EventFeed(HttpContext context, InspectorAccess access, Journal journal, TimeProvider time, string? connection, HashSet<Layer> wanted, EventSequence? after)
{
    /// <summary>What is written before it is waited for the reader, in bytes.</summary>
    private const int BytesAtOnce = 64 * 1024;

    /// <summary>What comes within this time is decoded and sent together: fast enough for eyes, and a busy server is not woken for each chunk.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(25);

    /// <summary>A server that stops still tells how its connections end, but does not wait for those who listen.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>A line without a meaning after this much silence: proxies cut answers that nothing comes of for a minute, and a reader that vanished is noticed.</summary>
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(15);

    /// <summary>Whoever only wants to know that connections come and go, such as a list of them, makes nobody decode their messages.</summary>
    private readonly DecodingDepth depth = wanted.Count > 0 && wanted.All(layer => layer is Layer.Tcp or Layer.Tls) ? DecodingDepth.Lifecycle : DecodingDepth.Full;

    private readonly PipeWriter body = context.Response.BodyWriter;
    private readonly ArrayBufferWriter<byte> json = new();
    private EventSequence furthest;

    public static IResult Open(HttpContext context, InspectorAccess access, Journal journal, TimeProvider time, FeedPlaces places, IHostApplicationLifetime lifetime, string? connection, string? layers)
    {
        if (InspectorEndpoints.Refuse(context, access) is { } refusal) return refusal;
        if (!InspectorEndpoints.TryReadLayers(layers, out var wanted)) return InspectorEndpoints.UnknownLayer();
        if (context.IsOfHeadAlone())
        {
            SetHead(context.Response);
            return Results.Empty;
        }

        if ((access.IsOperator(context) ? places.TryTakeOperators() : places.TryTakeUsers(access.UserOf(context))) is not { } place)
        {
            return Results.Problem(
                statusCode: StatusCodes.Status429TooManyRequests, title: "Too many feeds", detail: "As many live feeds are open as there may be: close one, such as the inspector in another browser, a watch, or a script that reads /events, which can be one for all connections. The tabs of a browser share one.");
        }

        context.Response.RegisterForDispose(place);
        EventSequence? after = EventSequence.TryParse(context.Request.Headers["Last-Event-ID"], out var last) ? last : null;
        // Numbers begin again with the process: whoever read further than there is was told by the one before, and has seen nothing of this one.
        if (last.Number > journal.LastNumber) after = default(EventSequence);
        // Of HTTP/2 no bytes are kept, so that nothing echoes; and others' requests, hubs too, go over the same connection.
        if (context.FindRecorder() is { } own && !HttpProtocol.IsHttp2(context.Request.Protocol)) journal.Forget(own.Record);
        return new Result(context => new EventFeed(context, access, journal, time, connection, wanted, after).FollowUntilStopped(lifetime.ApplicationStopping));
    }

    private static void SetHead(HttpResponse response)
    {
        response.ContentType = "text/event-stream";
        response.Headers["X-Accel-Buffering"] = "no";
    }

    private async Task FollowUntilStopped(CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        await using var farewell = stopping.Register(() => end.CancelAfter(Farewell));
        await Follow(end.Token);
    }

    private async Task Follow(CancellationToken cancellationToken)
    {
        SetHead(context.Response);
        using var reader = new JournalReader(journal, depth, connection, after);
        furthest = reader.From;
        // Whoever begins learns at once that the feed works, and where it resumes if it is cut before the first event; whoever resumes gets what it missed.
        Tell("ready", furthest.ToString(), "{}"u8);
        try
        {
            await body.FlushAsync(cancellationToken);
            while (true)
            {
                var waiting = reader.WaitAsync(cancellationToken).AsTask();
                while (await SilenceOutlasts(waiting, cancellationToken))
                {
                    body.Write(": alive\n\n"u8);
                    await body.FlushAsync(cancellationToken);
                }

                if (!await waiting) return;
                await Task.Delay(Gathering, cancellationToken);
                foreach (var happened in reader.Read(record => access.SeesSince(context, record)))
                {
                    Tell(happened);
                    // A reader that is slow holds this feed up, and nothing else: what it misses meanwhile the journal's budget decides.
                    if (body.UnflushedBytes >= BytesAtOnce) await body.FlushAsync(cancellationToken);
                }

                await body.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader has left, or the server stops.
        }
    }

    private async Task<bool> SilenceOutlasts(Task waiting, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ended = await Task.WhenAny(waiting, Task.Delay(SignOfLife, time, enough.Token));
        await enough.CancelAsync();
        return ended != waiting;
    }

    private void Tell(LayerEvent happened)
    {
        if (happened.Detail is Gap { Reason: Gap.Evicted } gap) Tell("missed", null, JsonSerializer.SerializeToUtf8Bytes(new { connection = happened.Connection, bytes = gap.Length }));
        if (wanted.Count > 0 && !wanted.Contains(happened.Detail.Layer)) return;
        json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(json)) EventJson.Write(writer, happened);
        // A connection that has become this reader's only now tells what came before: behind that nobody resumes, who has read further already, and who resumes in the middle of it gets it from its beginning.
        var isFurther = happened.Sequence > furthest;
        if (isFurther) furthest = happened.Sequence;
        Tell(null, isFurther ? happened.Sequence.ToString() : null, json.WrittenSpan);
    }

    /// <summary>JSON has no line breaks of its own, so its data is one line.</summary>
    private void Tell(string? type, string? id, ReadOnlySpan<byte> data)
    {
        if (type is not null) body.Write(System.Text.Encoding.ASCII.GetBytes($"event: {type}\n"));
        body.Write("data: "u8);
        body.Write(data);
        body.Write("\n"u8);
        if (id is not null) body.Write(System.Text.Encoding.ASCII.GetBytes($"id: {id}\n"));
        body.Write("\n"u8);
    }

    private sealed class Result(Func<HttpContext, Task> follow) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => follow(httpContext);
    }
}
