// Speaks as Phoenix Channels does (serializer 2.0.0): answers heartbeats at /socket/websocket, and ends whoever sends anything else. Prints its port.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const http = createServer((_, response) => response.writeHead(404).end());
const sockets = new WebSocketServer({ noServer: true });
http.on('upgrade', (request, socket, head) => {
  if (!request.url.startsWith('/socket/websocket?vsn=2.0.0')) return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  sockets.handleUpgrade(request, socket, head, (channel) => channel.on('message', (text) => {
    try {
      const [join, ref, topic, event] = JSON.parse(text);
      if (topic !== 'phoenix' || event !== 'heartbeat') throw new Error(event);
      channel.send(JSON.stringify([join, ref, topic, 'phx_reply', { status: 'ok', response: {} }]));
    } catch {
      channel.close(1011);
    }
  }));
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
