using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Recording;

namespace RealtimeHello.Tests.Inspector;

public sealed class HubMethodTests
{
    [Fact]
    public async Task Of_a_method_that_streams_it_is_told_that_it_returned_its_stream_and_of_others_that_they_ran()
    {
        await using var application = await StrangersApplication.Start();
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(application.Plain, "/whole"), options =>
        {
            options.SkipNegotiation = true;
            options.Transports = HttpTransportType.WebSockets;
        }).Build();
        await hub.StartAsync(TestContext.Current.CancellationToken);
        (await hub.InvokeAsync<string>("Echo", "hello", TestContext.Current.CancellationToken)).Should().Be("hello");
        await foreach (var _ in hub.StreamAsync<int>("Count", 3, TestContext.Current.CancellationToken)) continue;
        await foreach (var number in hub.StreamAsync<int>("Channelled", 7, TestContext.Current.CancellationToken)) number.Should().Be(7);
        await hub.StopAsync(TestContext.Current.CancellationToken);

        var events = new List<LayerEvent>();
        new ConnectionReader(await application.Journal.FirstClosed(), DecodingDepth.Full).Read(events);
        var completed = events.Select(happened => happened.Detail).OfType<HubCompleted>().ToList();
        completed.Select(method => (method.Method, method.ReturnsStream)).Should().Equal(("Echo", false), ("Count", true), ("Channelled", true));
        completed[0].Summary.Should().StartWith("Echo in ");
        completed[1].Summary.Should().StartWith("Count returned its stream in ");
    }
}
