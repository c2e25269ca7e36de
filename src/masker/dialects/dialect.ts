/** One way in which programs write text: what each character becomes, without the surrounding quotes. */
export interface Dialect {
  /** The tools that write this way. */
  readonly name: string;
  readonly spell: (text: string) => string;
  /** Works on bytes, each a character from 0 to 255; otherwise on text. */
  readonly bytewise?: true;
}

/** Respells characters that the pattern finds; the table takes precedence over `otherwise`. */
export function replacing(
  pattern: RegExp,
  table: Readonly<Record<string, string>>,
  otherwise: (character: string) => string = (character) => character,
): (text: string) => string {
  const known = new Map(Object.entries(table));
  return (text) => text.replace(pattern, (character) => known.get(character) ?? otherwise(character));
}

/** As C names them. */
export const namedControls = {
  '\u0007': String.raw`\a`,
  '\b': String.raw`\b`,
  '\t': String.raw`\t`,
  '\n': String.raw`\n`,
  '\v': String.raw`\v`,
  '\f': String.raw`\f`,
  '\r': String.raw`\r`,
};

/** As C writes a byte without a name. */
export function octalEscape(byte: string): string {
  return `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

export function hexDigits(number: number, width: number): string {
  return number.toString(16).padStart(width, '0');
}

export function unitEscape(unit: string): string {
  return `\\u${hexDigits(unit.charCodeAt(0), 4)}`;
}

export function upperUnitEscape(unit: string): string {
  return `\\u${hexDigits(unit.charCodeAt(0), 4).toUpperCase()}`;
}

/** `\xhh`, `\uhhhh` or `\Uhhhhhhhh`, whichever is the shortest that fits. */
export function codePointEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hexDigits(code, 2)}`;
  return code < 0x1_0000 ? `\\u${hexDigits(code, 4)}` : `\\U${hexDigits(code, 8)}`;
}
