/** @typedef {{ fin: boolean, rsv1: boolean, rsv2: boolean, rsv3: boolean, opcode: string | number, masked: boolean, payloadLength: number, maskingKey: number, headerLength: number, isControl: boolean }} FrameHeader */
/** @typedef {{ key: string, bits: string, value: string, firstByte: number, endByte: number }} Field a field of a header, with the bytes of the header that it lies in */
/** @typedef {{ field: Field, bits: string, from: number, isFirst: boolean, isLast: boolean }} Segment a field's part in one row of the diagram */

/** RFC 6455 5.2 and 11.8. @type {Record<string, number>} */
const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** @param {string | number} opcode */
export const opcodeNumber = (opcode) => (typeof opcode === 'number' ? opcode : (opcodes[opcode] ?? 0));

/**
 * Reads a header from bytes, for frames that broke a rule and were not decoded.
 * @param {Uint8Array} bytes
 * @returns {FrameHeader | null} null: there are too few
 */
export function headerOf(bytes) {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return null;
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const headerLength = 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < headerLength) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const opcode = first & 0x0f;
  return {
    fin: (first & 0x80) !== 0, rsv1: (first & 0x40) !== 0, rsv2: (first & 0x20) !== 0, rsv3: (first & 0x10) !== 0,
    opcode: Object.keys(opcodes).find((name) => opcodes[name] === opcode) ?? opcode,
    masked, headerLength, isControl: opcode >= 8,
    payloadLength: lengthBytes === 2 ? view.getUint16(2) : lengthBytes === 8 ? Number(view.getBigUint64(2)) : short,
    maskingKey: masked ? view.getUint32(headerLength - 4) : 0,
  };
}

/**
 * The fields of a frame's header in the order of the wire (RFC 6455 5.2), as bits.
 * @param {FrameHeader} header
 * @returns {Field[]}
 */
export function fieldsOf(header) {
  const { masked, headerLength } = header;
  const lengthBytes = headerLength - 2 - (masked ? 4 : 0);
  const short = lengthBytes === 2 ? 126 : lengthBytes === 8 ? 127 : header.payloadLength;
  const opcode = opcodeNumber(header.opcode);
  /** @param {string} key @param {boolean} set @param {string} value @returns {Field} */
  const flag = (key, set, value) => ({ key, bits: set ? '1' : '0', value, firstByte: 0, endByte: 1 });
  /** @type {Field[]} */
  const fields = [
    flag('fin', header.fin, header.fin ? 'last frame of its message' : 'more frames of this message follow'),
    flag('rsv1', header.rsv1, header.rsv1 ? 'set: compressed, where permessage-deflate was agreed on' : 'not compressed'),
    flag('rsv2', header.rsv2, header.rsv2 ? 'set: no extension known here uses it' : 'unused'),
    flag('rsv3', header.rsv3, header.rsv3 ? 'set: no extension known here uses it' : 'unused'),
    { key: 'opcode', bits: binary(opcode, 4), value: `0x${opcode.toString(16).toUpperCase()} ${typeof header.opcode === 'string' ? header.opcode : 'not defined'}`, firstByte: 0, endByte: 1 },
    { ...flag('mask', masked, masked ? 'a masking key follows: from a client' : 'no masking key: from a server'), firstByte: 1, endByte: 2 },
    { key: 'length', bits: binary(short, 7), value: lengthBytes === 0 ? `${short} bytes` : `${short}: the next ${lengthBytes * 8} bits say it`, firstByte: 1, endByte: 2 },
  ];
  if (lengthBytes > 0) fields.push({ key: 'extendedLength', bits: BigInt(header.payloadLength).toString(2).padStart(lengthBytes * 8, '0'), value: `${header.payloadLength} bytes`, firstByte: 2, endByte: 2 + lengthBytes });
  if (masked) {
    const key = header.maskingKey >>> 0;
    fields.push({ key: 'maskingKey', bits: binary(key, 32), value: binaryBytes(key), firstByte: headerLength - 4, endByte: headerLength });
  }
  return fields;
}

/**
 * Lays fields out in rows, as the diagram of RFC 6455 does; what does not fit a row goes on in the next.
 * @param {Field[]} fields
 * @param {number} width bits a row
 * @returns {Segment[][]}
 */
export function rowsOf(fields, width) {
  /** @type {Segment[][]} */
  const rows = [];
  let at = 0;
  for (const field of fields) {
    for (let from = 0; from < field.bits.length; ) {
      if (at % width === 0) rows.push([]);
      const bits = field.bits.slice(from, from + width - (at % width));
      rows.at(-1)?.push({ field, bits, from: at % width, isFirst: from === 0, isLast: from + bits.length === field.bits.length });
      from += bits.length;
      at += bits.length;
    }
  }
  return rows;
}

/** The four bytes of a masking key, the first on the wire first. @param {number} key */
export const keyBytes = (key) => [key >>> 24, (key >>> 16) & 0xff, (key >>> 8) & 0xff, key & 0xff];

/** @param {number} value @param {number} digits */
const binary = (value, digits) => value.toString(2).padStart(digits, '0');

/** @param {number} key */
const binaryBytes = (key) => keyBytes(key).map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
