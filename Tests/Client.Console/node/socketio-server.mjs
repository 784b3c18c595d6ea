// A Socket.IO server: prints its port, echoes "say" to everybody, and acknowledges it. Ends with its standard input.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer();
const io = new Server(http, { perMessageDeflate: process.argv[2] === 'compressed' });
io.on('connection', (socket) => {
  socket.on('say', (text, acknowledge) => {
    io.emit('said', `${text}!`);
    acknowledge(text.length);
  });
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
