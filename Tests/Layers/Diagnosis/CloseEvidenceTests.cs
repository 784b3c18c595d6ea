using RealtimeHello.Layers;
using RealtimeHello.Layers.Decoding;
using RealtimeHello.Layers.Diagnosis;
using RealtimeHello.Layers.Http;
using RealtimeHello.Layers.Hubs;
using RealtimeHello.Layers.SignalR;
using RealtimeHello.Layers.Tcp;
using RealtimeHello.Layers.Tls;
using RealtimeHello.Layers.WebSockets;

namespace RealtimeHello.Tests.Layers.Diagnosis;

/// <summary>What is made of evidence that depends on the side that it was seen from, or on its order. The endings of real servers are in EndingsTests.</summary>
public sealed class CloseEvidenceTests
{
    private static readonly HttpRequest asking = new("GET", "/chat", "HTTP/1.1", [], AsksForWebSocket: true);
    private static readonly HttpUpgraded upgraded = new([], null, null);
    private static readonly WebSocketClose closeFrame = new(default, 1000, null);

    [Theory]
    [InlineData(Perspective.Client, false, ClosedBy.Client, CloseCauses.ClientClosed, "The client gave up before the answer to its request for a WebSocket was complete.")]
    [InlineData(Perspective.Client, true, ClosedBy.Server, CloseCauses.ServerAborted, "The server ended the connection without an answer")]
    [InlineData(Perspective.Server, false, ClosedBy.Server, CloseCauses.ServerAborted, "The server ended the connection without an answer")]
    [InlineData(Perspective.Server, true, ClosedBy.Client, CloseCauses.ClientVanished, "The client went away before its request")]
    public void Whoever_ended_an_unanswered_request_is_named(Perspective perspective, bool byPeer, ClosedBy by, string cause, string says)
    {
        var close = Judged(perspective, (asking, FromClient: true), (new TcpHalfClosed(byPeer), true));

        (close.By, close.Layer, close.Cause).Should().Be((by, Layer.Tcp, cause));
        close.Sentence.Should().StartWith(says);
    }

    [Theory]
    [InlineData(0, true, ClosedBy.Client, CloseCauses.ClientVanished, "The client went away before its plain HTTP request was answered.")]
    [InlineData(0, false, ClosedBy.Server, CloseCauses.ServerAborted, "The server ended the connection without an answer to a plain HTTP request")]
    [InlineData(103, false, ClosedBy.Server, CloseCauses.ServerAborted, "The server ended the connection without an answer to a plain HTTP request")]
    [InlineData(200, true, ClosedBy.Client, CloseCauses.HttpFinished, "A plain HTTP connection ended")]
    [InlineData(404, false, ClosedBy.Server, CloseCauses.HttpFinished, "A plain HTTP connection ended")]
    public void A_plain_request_is_finished_where_it_was_answered(int status, bool byPeer, ClosedBy by, string cause, string says)
    {
        var plain = asking with { AsksForWebSocket = false };
        List<(LayerDetail, bool)> seen = [(plain, true), (new HttpResponse(status, "", "HTTP/1.1", []), false), (new TcpHalfClosed(byPeer), true)];
        if (status == 0) seen.RemoveAt(1);

        var close = Judged(Perspective.Server, [.. seen]);

        (close.By, close.Cause).Should().Be((by, cause));
        close.Sentence.Should().StartWith(says);
    }

    [Fact]
    public void A_client_that_gave_up_in_silence_is_named_too() =>
        Judged(Perspective.Client, (asking, FromClient: true)).By.Should().Be(ClosedBy.Client);

    [Fact]
    public void A_switch_to_another_protocol_is_no_silence() =>
        Judged(Perspective.Client, (asking, FromClient: true), (new HttpResponse(101, "Switching Protocols", "HTTP/1.1", []), false), (new TcpHalfClosed(ByPeer: false), true))
            .Should().BeEquivalentTo(new { By = ClosedBy.Server, Layer = Layer.Http, Code = 101, Cause = CloseCauses.UpgradeRefused });

    [Theory]
    [InlineData(403, """{"title":"Foreign origin","status":403,"detail":"Pages of another origin may not talk to this server."}""", "refused the WebSocket with 403 No: it does not let pages of this origin connect.")]
    [InlineData(403, "websocket: request origin not allowed by Upgrader.CheckOrigin", ": it does not let pages of this origin connect.")]
    [InlineData(403, "Blocked request. This host (\"a.example.org\") is not allowed.", ": it does not answer to this host name.")]
    [InlineData(400, """{"title":"Foreign host name","status":400,"detail":"This server does not answer to the host name of this request."}""", ": it does not answer to this host name.")]
    [InlineData(403, "<html><body><center><h1>403 Forbidden</h1></center><hr><center>nginx/1.22.1</center></body></html>", ": a rule of a proxy's forbids it.")]
    [InlineData(403, "<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>", ": a rule of a proxy's forbids it.")]
    [InlineData(403, "The origin server said no; so did the original.", ": the page's origin is not allowed, or the user is not.")]
    [InlineData(403, null, ": the page's origin is not allowed, or the user is not.")]
    [InlineData(404, "Nothing for this origin", ": nothing is mapped at this path.")]
    public void A_refusal_that_tells_what_refused_is_told_so(int status, string? body, string says) =>
        Judged(Perspective.Server, (asking, FromClient: true), (new HttpRefused(status, "No", "HTTP/1.1", [], body), false)).Sentence.Should().EndWith(says);

    [Theory]
    [InlineData(true, CloseCauses.ClientClosed)]
    [InlineData(false, CloseCauses.ServerStopping)]
    public void A_server_that_begins_to_stop_while_it_answers_a_goodbye_did_not_end_the_connection(bool clientFirst, string cause)
    {
        var evidence = new CloseEvidence(Perspective.Server);
        evidence.Observe(asking, Direction.Received);
        evidence.Observe(upgraded, Direction.Sent);
        foreach (var ofClient in (bool[])[clientFirst, !clientFirst])
            evidence.Observe(new CloseMessage("json", null, AllowReconnect: !clientFirst && !ofClient), ofClient ? Direction.Received : Direction.Sent);
        evidence.Observe(closeFrame, clientFirst ? Direction.Received : Direction.Sent);
        evidence.Observe(closeFrame, clientFirst ? Direction.Sent : Direction.Received);
        evidence.ServerIsStopping = true;

        evidence.Judge().Cause.Should().Be(cause);
    }

    [Theory]
    [InlineData(Perspective.Client, ClosedBy.Client, CloseCauses.ClientVanished)]
    [InlineData(Perspective.Server, ClosedBy.Server, CloseCauses.ServerAborted)]
    public void Whoever_cut_a_WebSocket_is_named(Perspective perspective, ClosedBy by, string cause)
    {
        var close = Judged(perspective, (asking, FromClient: true), (upgraded, false), (new TcpReset(ByPeer: false, "tired"), true));

        (close.By, close.Layer, close.Cause).Should().Be((by, Layer.Tcp, cause));
        close.Sentence.Should().EndWith("tired");
    }

    [Fact]
    public void A_client_that_does_not_go_on_with_a_broken_server_is_named_with_the_rule()
    {
        var fault = new DecodeFault(Layer.Http, "RFC 6455 4.2.2", "Sec-WebSocket-Accept does not belong.");
        var close = Judged(Perspective.Client, (asking, FromClient: true), (upgraded, false), (fault, false), (new TcpHalfClosed(ByPeer: false), true));

        (close.By, close.Layer, close.Cause).Should().Be((ClosedBy.Client, Layer.Http, CloseCauses.ProtocolError));
        close.Sentence.Should().EndWith(fault.Reason);
    }

    [Theory]
    [InlineData(Perspective.Client)]
    [InlineData(Perspective.Server)]
    public void The_first_goodbye_of_SignalR_tells_who_ended_it(Perspective perspective)
    {
        var goodbye = new CloseMessage("json", null, AllowReconnect: false);

        // The server's Close message, its Close frame, and a client that says the same.
        var aborted = Judged(perspective, (asking, FromClient: true), (upgraded, false), (closeFrame, false), (goodbye, false), (goodbye, true));
        (aborted.By, aborted.Layer, aborted.Code, aborted.Cause).Should().Be((ClosedBy.Server, Layer.SignalR, 1000, CloseCauses.ServerAborted));
        // The client's, which the server answers.
        var closed = Judged(perspective, (asking, FromClient: true), (upgraded, false), (closeFrame, false), (goodbye, true), (goodbye, false));
        (closed.By, closed.Layer, closed.Cause).Should().Be((ClosedBy.Client, Layer.SignalR, CloseCauses.ClientClosed));
    }

    [Theory]
    [InlineData("invalid frame payload data", "invalid frame payload data. After 1.0 s;")]
    [InlineData("It ended.", "It ended. After 1.0 s;")]
    public void A_story_is_of_whole_sentences(string sentence, string told) =>
        new TcpClosed(new CloseReport(ClosedBy.Server, Layer.WebSocket, 1007, CloseCauses.ProtocolError, sentence), TimeSpan.FromSeconds(1), new ConnectionCounters(0, 0, 0, 0, 0, 0, 0, 0, 0))
            .Story.Should().Contain($": {told}");

    [Theory]
    [InlineData(Perspective.Client)]
    [InlineData(Perspective.Server)]
    public void A_goodbye_of_the_client_with_an_error_is_the_clients_though_the_server_answers_it(Perspective perspective)
    {
        var goodbye = new CloseMessage("json", "can't read\r\nthis", AllowReconnect: false);

        var left = Judged(perspective, (asking, FromClient: true), (upgraded, false), (goodbye, true), (new CloseMessage("json", null, AllowReconnect: false), false), (closeFrame, false));
        (left.By, left.Layer, left.Code, left.Cause).Should().Be((ClosedBy.Client, Layer.SignalR, 1000, CloseCauses.ClientClosed));
        left.Sentence.Should().Be("The client closed the connection with SignalR's Close message: can't read\\u000D\\u000Athis");
    }

    [Theory]
    [InlineData(Perspective.Client, false)]
    [InlineData(Perspective.Client, true)]
    [InlineData(Perspective.Server, false)]
    [InlineData(Perspective.Server, true)]
    public void A_Close_frame_of_the_client_counts_whatever_goodbye_of_SignalR_answers_it(Perspective perspective, bool allowReconnect)
    {
        var left = Judged(perspective, (asking, FromClient: true), (upgraded, false), (closeFrame, true), (new CloseMessage("json", null, allowReconnect), false));
        (left.By, left.Layer, left.Cause).Should().Be((ClosedBy.Client, Layer.WebSocket, CloseCauses.ClientClosed));
    }

    [Fact]
    public void A_killed_client_counts_though_the_server_says_goodbye_to_it() =>
        Judged(Perspective.Server, (asking, FromClient: true), (upgraded, false), (new TcpHalfClosed(ByPeer: true), true), (new CloseMessage("json", null, AllowReconnect: true), false))
            .Cause.Should().Be(CloseCauses.ClientVanished);

    [Theory]
    [InlineData(Perspective.Client, 1002, CloseCauses.ProtocolError, "The client closed because of what the server sent")]
    [InlineData(Perspective.Server, 1002, CloseCauses.ProtocolError, "The client closed because of what the server sent")]
    [InlineData(Perspective.Server, 1007, CloseCauses.ProtocolError, "The client closed because of what the server sent")]
    [InlineData(Perspective.Server, 1009, CloseCauses.MessageTooLarge, "The server sent a message that is larger than the client takes")]
    public void A_client_that_finds_fault_first_is_named_whatever_code_answers_it(Perspective perspective, int code, string cause, string says)
    {
        foreach (var answer in (int[])[code, 1000])
        {
            var close = Judged(perspective, (asking, FromClient: true), (upgraded, false), (closeFrame with { Code = code }, true), (closeFrame with { Code = answer }, false));

            (close.By, close.Layer, close.Code, close.Cause).Should().Be((ClosedBy.Client, Layer.WebSocket, code, cause));
            close.Sentence.Should().StartWith(says);
        }
    }

    [Theory]
    [InlineData(1005)]
    [InlineData(1000)]
    public void A_server_that_finds_fault_with_a_Close_frame_is_named(int code)
    {
        var fault = new DecodeFault(Layer.WebSocket, "RFC 6455 7.4", "The close code may not be sent.");
        var close = Judged(Perspective.Server, (asking, FromClient: true), (upgraded, false), (fault, true), (closeFrame with { Code = code }, true), (closeFrame with { Code = 1002 }, false));

        (close.By, close.Code, close.Cause).Should().Be((ClosedBy.Server, 1002, CloseCauses.ProtocolError));
        close.Sentence.Should().EndWith(fault.Reason);
    }

    /// <summary>As the decoder tells it.</summary>
    private static DecodeFault Wrong(string reason) => new(Layer.WebSocket, "RFC 6455 5.2", reason)
    {
        IsCutOff = reason.Contains("ends within", StringComparison.Ordinal),
        IsHarmless = reason.Contains("more bytes than it needs", StringComparison.Ordinal),
    };

    [Theory]
    [InlineData("The stream ends within a frame.")]
    [InlineData("The length 64 is written in more bytes than it needs.")]
    [InlineData("A frame from the client is not masked.")]
    public void A_client_that_ended_first_is_not_judged_by_what_was_wrong_with_its_bytes(string wrong)
    {
        var fault = Wrong(wrong);

        Judged(Perspective.Server, (asking, FromClient: true), (upgraded, false), (fault, true), (new TcpHalfClosed(ByPeer: true), true))
            .Should().BeEquivalentTo(new { By = ClosedBy.Client, Layer = Layer.Tcp, Cause = CloseCauses.ClientVanished });
        Judged(Perspective.Server, (asking, FromClient: true), (upgraded, false), (fault, true), (new TcpReset(ByPeer: true, null), true))
            .Should().BeEquivalentTo(new { By = ClosedBy.Network, Layer = Layer.Tcp, Cause = CloseCauses.NetworkReset });
    }

    [Theory]
    [InlineData("The length 64 is written in more bytes than it needs.", CloseCauses.ServerAborted)]
    [InlineData("A frame from the client is not masked.", CloseCauses.ProtocolError)]
    public void A_server_that_cut_the_connection_did_so_for_what_is_wrong_but_not_for_what_servers_bear(string wrong, string cause)
    {
        var fault = Wrong(wrong);

        Judged(Perspective.Server, (asking, FromClient: true), (upgraded, false), (fault, true), (new TcpReset(ByPeer: false, null), true)).Cause.Should().Be(cause);
    }

    [Theory]
    [InlineData(false, false, CloseCauses.ServerStopping, "it is stopping, or a sign-in has expired")]
    [InlineData(true, false, CloseCauses.ServerClosed, "as when a sign-in has expired")]
    [InlineData(true, true, CloseCauses.ServerStopping, "The server is stopping")]
    public void A_goodbye_that_allows_to_reconnect_is_a_stop_where_the_server_is_not_known_to_run_on(bool isItsOwnRecord, bool stops, string cause, string says)
    {
        var evidence = new CloseEvidence(Perspective.Server) { ServerIsStopping = stops };
        evidence.Observe(asking, Direction.Received);
        evidence.Observe(upgraded, Direction.Sent);
        if (isItsOwnRecord) evidence.Observe(new HubConnected("ChatHub", "1", "ada", "json"), Direction.Local);
        evidence.Observe(new CloseMessage("json", null, AllowReconnect: true), Direction.Sent);
        evidence.Observe(closeFrame, Direction.Sent);

        var close = evidence.Judge();
        (close.By, close.Layer, close.Cause).Should().Be((ClosedBy.Server, Layer.SignalR, cause));
        close.Sentence.Should().Contain(says);
    }

    [Theory]
    [InlineData(Perspective.Server, true, 48, ClosedBy.Client, "the client does not take the server's certificate, and said so (unknown_ca).")]
    [InlineData(Perspective.Client, true, 48, ClosedBy.Client, "the client does not take the server's certificate, and said so (unknown_ca).")]
    [InlineData(Perspective.Server, true, 40, ClosedBy.Client, "the client broke it off (handshake_failure).")]
    [InlineData(Perspective.Server, false, 40, ClosedBy.Server, "did not finish: handshake_failure.")]
    public void Whoever_sent_the_TLS_alert_is_named(Perspective perspective, bool ofClient, int code, ClosedBy by, string says)
    {
        var hello = new TlsClientHello(null, [], [], 1);
        var alert = new TlsAlert(2, code, code == 48 ? "unknown_ca" : "handshake_failure");
        var answer = new TlsAlert(1, 0, "close_notify");
        var close = Judged(perspective, (hello, FromClient: true), (alert, ofClient), (answer, !ofClient), (new TcpHalfClosed(ByPeer: true), true));

        (close.By, close.Layer, close.Code, close.Cause).Should().Be((by, Layer.Tls, code, CloseCauses.TlsFailed));
        close.Sentence.Should().EndWith(says);
    }

    [Theory]
    [InlineData(Perspective.Server, true, ClosedBy.Client, CloseCauses.ClientClosed)]
    [InlineData(Perspective.Server, false, ClosedBy.Server, CloseCauses.ServerClosed)]
    [InlineData(Perspective.Client, true, ClosedBy.Server, CloseCauses.ServerClosed)]
    [InlineData(Perspective.Client, false, ClosedBy.Client, CloseCauses.ClientClosed)]
    public void The_end_before_any_request_has_a_cause_of_the_side_that_ended_it(Perspective perspective, bool byPeer, ClosedBy by, string cause)
    {
        var close = Judged(perspective, (new TcpHalfClosed(byPeer), FromClient: true));

        (close.By, close.Layer, close.Cause).Should().Be((by, Layer.Tcp, cause));
    }

    [Fact]
    public void A_reset_before_any_request_is_the_networks() =>
        Judged(Perspective.Server, (new TcpReset(ByPeer: true, null), FromClient: true)).Should().BeEquivalentTo(new { By = ClosedBy.Network, Cause = CloseCauses.NetworkReset });

    [Fact]
    public void A_cut_before_any_request_is_told_with_its_reason()
    {
        var close = Judged(Perspective.Server, (new TcpReset(ByPeer: false, "tired"), FromClient: true));

        (close.By, close.Cause).Should().Be((ClosedBy.Server, CloseCauses.ServerAborted));
        close.Sentence.Should().EndWith("tired");
    }

    private static CloseReport Judged(Perspective perspective, params (LayerDetail Detail, bool FromClient)[] seen)
    {
        var evidence = new CloseEvidence(perspective);
        foreach (var (detail, fromClient) in seen) evidence.Observe(detail, fromClient == (perspective == Perspective.Server) ? Direction.Received : Direction.Sent);
        return evidence.Judge();
    }
}
