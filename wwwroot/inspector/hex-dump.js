/**
 * Sixteen bytes a line: offset in the stream, hexadecimal, and the printable ones as text.
 * @param {Uint8Array} bytes
 * @param {number} start offset of the first byte
 */
export function hexDump(bytes, start) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${(start + at).toString().padStart(8)}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join('\n');
}
