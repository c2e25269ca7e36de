const wrapWidths = [64, 76];

/**
 * Base64 and base64url of the bytes: alone, with and without padding, wrapped, and inside a longer text, where
 * only the characters that no neighbouring byte reaches into are the same.
 */
export function base64Forms(bytes: Buffer): string[] {
  const standard = [bytes.toString('base64'), ...[0, 1, 2].map((offset) => stableCore(bytes, offset))];
  const wrapped = wrapWidths.flatMap((width) => wrap(bytes.toString('base64'), width));
  return [...standard, ...standard.map(toUrlAlphabet), ...standard.map((text) => text.replace(/=+$/, '')), ...wrapped];
}

/** What the bytes contribute, whatever stands before and after them, at an offset of so many bytes in a group of three. */
function stableCore(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.byteLength) * 8) / 6);
  return text.slice(first, last);
}

function toUrlAlphabet(text: string): string {
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Each full line is a needle of its own, because output may be indented; the whole covers a short last line. */
function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [];
  const lines = text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  return [...lines, lines.join('\n'), lines.join('\r\n')];
}
