// A plain WebSocket server: prints its port, and echoes each message as it came. Ends with its standard input.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' }, () => console.log(server.address().port));
server.on('connection', (socket) => socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary })));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
