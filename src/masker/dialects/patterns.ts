import { hexDigits, replacing, type Dialect } from './dialect.ts';

const backslash = (character: string): string => `\\${character}`;

/** What has no escape and reads as words that a log may have, such as `a-b-c` for `a/b/c`, is not searched for. */
function systemdName(text: string): string {
  const name = escapeName(text);
  return name.includes('\\') || /\d/.test(name) ? name : text;
}

const hexEscape = (byte: string): string => (byte === '/' ? '-' : `\\x${hexDigits(byte.charCodeAt(0), 2)}`);

const escapeName = replacing(/[^\w:.]/g, {}, hexEscape);

/**
 * How a text is written that stands for itself in a regular expression, or is a name of systemd: the only dialects that
 * change `.` or `-`.
 */
export const patternDialects: readonly Dialect[] = [
  { name: 'pattern: quotemeta of Perl', spell: replacing(/[^\w\u0080-\uffff]/g, {}, backslash) },
  { name: 'pattern: quotemeta of Perl, ASCII', spell: replacing(/\W/g, {}, backslash), bytewise: true },
  { name: 'pattern: Python', spell: replacing(/[()[\]{}?*+|^$\\.&~# \t\n\r\v\f-]/g, {}, backslash) },
  { name: 'pattern: Go, lodash', spell: replacing(/[()[\]{}?*+|^$\\.]/g, {}, backslash) },
  { name: 'systemd-escape', spell: systemdName, bytewise: true },
];
