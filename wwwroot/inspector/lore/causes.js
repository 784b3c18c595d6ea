/** What to do about a close cause, in a sentence. @type {Record<string, string>} */
export const causeAdvice = {
  client_closed: 'Nothing to mend: the client wanted it.',
  client_vanished: 'The process was killed, the machine slept, or something on the way gave up. Clients should reconnect; compare with the keep-alive of proxies between.',
  network_reset: 'A RST came: a firewall or proxy cut it, or the peer’s process died with unread data.',
  keep_alive_timeout: 'The server heard nothing for its client timeout. The client’s keep-alive interval must be at most half of it, and proxies must not hold frames back.',
  handshake_timeout: 'The WebSocket stood, but no SignalR handshake came: is the client a SignalR client?',
  handshake_refused: 'Client and server speak different hub protocols: add the protocol on the server, or choose another on the client.',
  hub_failed: 'OnConnectedAsync threw. The hub layer of the timeline has the exception.',
  server_stopping: 'The server was shutting down and said so. Clients reconnect.',
  server_aborted: 'The application or the server cut it. Look at the hub layer for who did.',
  server_closed: 'The server ended it in good order.',
  message_too_large: 'Raise MaximumReceiveMessageSize, or the client’s own limit where it is the client that closed; or send less at once.',
  bad_message: 'A hub message could not be read. X-ray the last one received.',
  protocol_error: 'Bytes broke the WebSocket protocol: something between may have changed them, or the side that sent them is broken.',
  slow_reader: 'The client did not read what was sent to it, and its backlog reached the limit.',
  upgrade_refused: 'No WebSocket came of it: the HTTP layer of the timeline has status and reason.',
  tls_failed: 'Certificate, version or protocol did not fit: the TLS layer of the timeline has the alert.',
  target_unreachable: 'The relay got no connection to the server that it stands before: is it started, and is --target right?',
  http_finished: 'An HTTP connection that ended. What is asked over it next time comes on another; of a hub that went over it, its own end is told where it went on.',
};

/** Ends that somebody wanted; at all others something was refused, broke or went missing. */
const orderly = new Set(['client_closed', 'server_closed', 'server_stopping', 'http_finished']);

/** Whether a cause is known to be a failure; those of a stranger's application are not known. @param {string} cause */
export const isFailure = (cause) => Object.hasOwn(causeAdvice, cause) && !orderly.has(cause);
