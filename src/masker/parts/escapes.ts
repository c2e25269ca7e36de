const controls: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\u0007',
  e: '\u001b',
  0: '\0',
};
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/**
 * What programs read that reads a value as written, by any of the rules that documents have: which one is its own
 * cannot be told from the value.
 */
export function unescaped(text: string): readonly string[] {
  const forms = [
    text,
    ...(text.includes('\\')
      ? [readEscapes(text), text.replace(/\\([$"`\\])/g, '$1'), text.replace(/\\(.)/gs, '$1')]
      : []),
    ...(text.includes("'") ? [text.replace(/'(?:\\'|"'")'/g, "'"), text.replaceAll("''", "'")] : []),
    text.replaceAll('""', '"'),
    text.replace(/^\{(.+)\}$/, '$1'),
    text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, readEntity),
  ];
  return [...new Set(forms)];
}

/** `%xx` as URLs have it; `+` may be a blank. */
export function percentDecoded(text: string): readonly string[] {
  if (!/[%+]/.test(text)) return [];
  return [decode(text), decode(text.replaceAll('+', ' '))].filter((form) => form !== text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function readEscapes(text: string): string {
  return text.replace(
    /\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|u\{([\dA-Fa-f]{1,6})\}|U([\dA-Fa-f]{8})|([0-7]{3})|(.))/gs,
    (all, byte?: string, unit?: string, braced?: string, long?: string, octal?: string, mark = '') => {
      const hex = byte ?? unit ?? braced ?? long;
      if (hex !== undefined) return character(parseInt(hex, 16), all);
      return octal === undefined ? (controls[mark] ?? mark) : character(parseInt(octal, 8), all);
    },
  );
}

function readEntity(all: string, decimal?: string, hex?: string, name = ''): string {
  if (decimal !== undefined) return character(Number(decimal), all);
  return hex === undefined ? (entities[name.toLowerCase()] ?? all) : character(parseInt(hex, 16), all);
}

function character(code: number, otherwise: string): string {
  return code > 0x10_ff_ff ? otherwise : String.fromCodePoint(code);
}
