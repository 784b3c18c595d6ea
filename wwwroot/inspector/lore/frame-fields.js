/** @param {string} section */
const rfc = (section) => ({ text: `RFC 6455 ${section}`, href: `https://www.rfc-editor.org/rfc/rfc6455#section-${section}` });

/** The fields of a frame's header (RFC 6455 5.2), each in a sentence. @type {Record<string, { name: string, sentence: string, link: { text: string, href: string } }>} */
export const frameFields = {
  fin: { name: 'FIN', sentence: 'Set on the last frame of a message; a message in one frame has it.', link: rfc('5.2') },
  rsv1: { name: 'RSV1', sentence: 'Reserved; with permessage-deflate it says that the message is compressed.', link: { text: 'RFC 7692 6', href: 'https://www.rfc-editor.org/rfc/rfc7692#section-6' } },
  rsv2: { name: 'RSV2', sentence: 'Reserved for extensions: 0 unless one was agreed on.', link: rfc('5.2') },
  rsv3: { name: 'RSV3', sentence: 'Reserved for extensions: 0 unless one was agreed on.', link: rfc('5.2') },
  opcode: { name: 'opcode', sentence: 'What the frame is: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, A pong.', link: rfc('5.2') },
  mask: { name: 'MASK', sentence: 'Whether a masking key follows. From a client always, from a server never.', link: rfc('5.1') },
  length: { name: 'payload len', sentence: 'Bytes of payload up to 125; 126: the next 16 bits say it, 127: the next 64.', link: rfc('5.2') },
  extendedLength: { name: 'extended payload length', sentence: 'The payload’s length where seven bits don’t hold it, most significant byte first.', link: rfc('5.2') },
  maskingKey: { name: 'masking key', sentence: 'Four random bytes, new for each frame. Each byte of payload is XORed with one of them in turn, so that a page can’t choose what bytes a proxy on the way gets to see.', link: rfc('5.3') },
  payload: { name: 'payload', sentence: 'What the frame carries for the layer above.', link: rfc('5.2') },
};
