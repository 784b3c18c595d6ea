using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using RealtimeHello.Recording;

namespace RealtimeHello.Inspector.Listening;

/// <summary>
/// Notices when the application takes a request to come from somewhere else than the connection does, as ASP.NET Core's forwarded headers middleware
/// makes it: which proxies are trusted is the application's own decision. Works wherever in the pipeline that middleware stands.
/// </summary>
internal sealed class ForwardedClients : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            // An HTTP/2 connection of a proxy carries requests of many clients at once.
            if (context.FindRecorder() is { } recorder && context.Features.Get<IHttpConnectionFeature>() is { } connection && !HttpProtocol.IsHttp2(context.Request.Protocol))
                context.Features.Set<IHttpConnectionFeature>(new WatchedAddress(connection, recorder));
            return rest(context);
        });
        next(app);
    };

    private sealed class WatchedAddress : IHttpConnectionFeature
    {
        private readonly IHttpConnectionFeature inner;
        private readonly ConnectionRecorder recorder;

        public WatchedAddress(IHttpConnectionFeature inner, ConnectionRecorder recorder)
        {
            this.inner = inner;
            this.recorder = recorder;
            Note();
        }

        public string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public IPAddress? RemoteIpAddress
        {
            get => inner.RemoteIpAddress;
            set
            {
                inner.RemoteIpAddress = value;
                Note();
            }
        }

        public int RemotePort
        {
            get => inner.RemotePort;
            set => inner.RemotePort = value;
        }

        public IPAddress? LocalIpAddress
        {
            get => inner.LocalIpAddress;
            set => inner.LocalIpAddress = value;
        }

        public int LocalPort
        {
            get => inner.LocalPort;
            set => inner.LocalPort = value;
        }

        private void Note()
        {
            var asked = inner.RemoteIpAddress;
            var isPeer = asked is null || (IPEndPoint.TryParse(recorder.Record.Remote, out var peer) && Same(peer.Address, asked));
            recorder.ComesFrom(isPeer ? null : $"{asked}");
        }

        private static bool Same(IPAddress one, IPAddress other) => one.MapToIPv6().Equals(other.MapToIPv6());
    }
}
