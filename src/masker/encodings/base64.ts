/** Where in a group of three a text may begin that base64 is made of. */
export const alignments = [0, 1, 2] as const;

/**
 * Base64 and base64url of the bytes: alone, with and without padding, and inside a longer text, where only characters
 * that no neighbouring byte affects are the same.
 */
export function base64Forms(bytes: Buffer): ReadonlySet<string> {
  return new Set(alignments.flatMap((offset) => [...alignedBase64(bytes, offset)]));
}

export function alignedBase64(bytes: Buffer, offset: (typeof alignments)[number]): ReadonlySet<string> {
  const whole = bytes.toString('base64');
  const core = stableCore(bytes, offset);
  const forms = offset === 0 ? [whole, whole.replace(/=+$/, ''), core] : [core];
  return new Set([...forms, ...forms.map(toUrlAlphabet)].flatMap(escaped));
}

/** Base64 of the bytes' base64, from its beginning on. */
export function twiceBase64(bytes: Buffer): readonly string[] {
  const once = Buffer.from(bytes.toString('base64'));
  const whole = once.toString('base64');
  return [whole, whole.replace(/=+$/, ''), stableCore(once, 0)];
}

/** As PowerShell reads and writes it in base64. */
export function utf16Of(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('utf8'), 'utf16le');
}

/** The characters that depend on the bytes alone, at this offset in a group of three. */
function stableCore(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.byteLength) * 8) / 6);
  return text.slice(first, last);
}

function toUrlAlphabet(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

/** The alphabet's few marks, as JSON of PHP, .NET and Gson, URLs and HTML templates write them. */
function escaped(text: string): readonly string[] {
  const [plus, slash, padding] = ['+', '/', '='].map((mark) => text.includes(mark));
  const forms = [text];
  if (plus) forms.push(text.replaceAll('+', String.raw`\u002B`), text.replaceAll('+', '&#43;'));
  if (slash) forms.push(text.replaceAll('/', String.raw`\/`));
  if (slash || padding) forms.push(text.replaceAll('/', '&#x2F;').replaceAll('=', '&#x3D;'));
  if (padding) forms.push(text.replaceAll('=', String.raw`\u003d`));
  if (padding && slash) forms.push(text.replaceAll('=', '&#x3D;'));
  if (plus || slash || padding) {
    forms.push(text.replaceAll('+', '%2B').replaceAll('/', '%2F').replaceAll('=', '%3D'));
    forms.push(text.replaceAll('+', '%2b').replaceAll('/', '%2f').replaceAll('=', '%3d'));
  }
  return forms;
}
