// A Socket.IO client: says one thing and prints what it heard. Arguments: address, transports (comma-separated).
import { io } from 'socket.io-client';

const socket = io(process.argv[2], { transports: process.argv[3].split(','), reconnection: false, perMessageDeflate: true });
socket.on('connect_error', (error) => {
  console.error(error.message);
  process.exit(1);
});
const heard = new Promise((resolve) => socket.on('said', resolve));
await new Promise((resolve) => socket.on('connect', resolve));
// Polling goes first where it is asked for; the upgrade may be over by now.
if (socket.io.engine.transport.name !== 'websocket') await new Promise((resolve) => socket.io.engine.once('upgrade', resolve));
const length = await socket.timeout(20_000).emitWithAck('say', 'hello from Socket.IO 世界');
console.log(JSON.stringify({ heard: await heard, length }));
socket.disconnect();
