/** What a kind of event is, in a sentence. Keys are layer.kind. @type {Record<string, string>} */
const kinds = {
  'tcp.opened': 'The server accepted the socket: SYN, SYN-ACK and ACK are behind it, done by the kernel.',
  'tcp.sample': 'The kernel’s own figures of the connection (tcp_info).',
  'tcp.halfClosed': 'One side sent FIN: it will send no more, but may still read.',
  'tcp.reset': 'RST: cut off at once. What was still on the way is lost.',
  'tcp.closed': 'The end, with who ended it, at which layer, and why.',
  'tcp.relayed': 'The relay’s own connection to its target, which carries the same bytes on.',
  'tcp.targetFailed': 'The relay got no connection to its target.',
  'tls.relayed': 'The relay’s own TLS handshake with its target.',
  'tls.targetFailed': 'The relay and its target could not agree on TLS.',
  'tls.clientHello': 'The client’s offer, still unencrypted: versions, ciphers, the server’s name, protocols.',
  'tls.serverHello': 'What the server chose of the offer.',
  'tls.handshake': 'Both sides have the keys; from here on everything is encrypted.',
  'tls.alert': 'TLS says that something is wrong, or goodbye.',
  'http.request': 'A request’s head: method, target, header fields.',
  'http.forwarded': 'The connection comes from a proxy that this server trusts, which named the client in X-Forwarded-For. TCP, TLS and the round trip shown are those of the way to the proxy.',
  'http.rewritten': 'The relay set these fields of the request, so that the target finds itself named in it; --keep-host leaves them.',
  'http.response': 'An answer’s head.',
  'http.upgraded': '101 Switching Protocols: HTTP ends here, frames begin.',
  'http.refused': 'The request for a WebSocket was answered with something else than 101.',
  'webSocket.frame': 'One data frame: a header, and payload.',
  'webSocket.message': 'One message: a frame with FIN, or several of which the last has it. It is told where its bytes begin, in front of its later frames, and is complete with the last.',
  'webSocket.ping': 'Asks the peer for a pong: a sign of life below SignalR.',
  'webSocket.pong': 'Answers a ping, or is sent unasked.',
  'webSocket.close': 'Goodbye with a code. The other side answers with a Close of its own, then TCP ends.',
  'signalR.handshakeRequest': 'The client’s first hub message chooses protocol and version; always JSON.',
  'signalR.handshakeResponse': 'Accepted when empty, else with an error.',
  'signalR.invocation': 'A call of a method on the other side. With an invocationId it is answered with a completion.',
  'signalR.streamItem': 'One item of a stream.',
  'signalR.completion': 'The answer to an invocation, or the end of a stream.',
  'signalR.streamInvocation': 'A call that is answered with a stream of items.',
  'signalR.cancelInvocation': 'The caller wants no more of a stream.',
  'signalR.ping': 'Keep-alive: I am still here. By default every 15 s; silence for 30 s ends the connection.',
  'signalR.close': 'SignalR’s goodbye, with the reason that the WebSocket’s code does not tell.',
  'signalR.ack': 'Stateful reconnect: received up to here.',
  'signalR.sequence': 'Stateful reconnect: what follows begins with this message.',
  'hub.connected': 'OnConnectedAsync is over.',
  'hub.continued': 'A hub that connected on another connection goes on over this one: by its next poll or its goodbye, or by a stateful reconnect.',
  'hub.invoked': 'The hub’s method begins to run.',
  'hub.completed': 'The hub’s method returned.',
  'hub.failed': 'The hub’s method threw.',
  'hub.groupJoined': 'The connection was added to a group.',
  'hub.groupLeft': 'The connection was removed from a group.',
  'hub.sent': 'The hub sent to this connection alone.',
  'hub.disconnected': 'OnDisconnectedAsync is over. SignalR often gives no reason here: the close cause does.',
};

/** @param {{ layer: string, kind: string }} event */
export function kindLore(event) {
  if (event.kind === 'fault') return 'Bytes that break a rule of their layer. This layer’s decoder stops here and counts bytes; the layers below go on.';
  if (event.kind === 'gap') return 'Bytes that are not here: the journal’s budget evicted them, or they are of a kind that is not stored.';
  return kinds[`${event.layer}.${event.kind}`] ?? (event.layer === 'application' ? 'A fact that the application published.' : '');
}
