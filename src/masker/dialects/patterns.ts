import { hexDigits, replacing, type Dialect } from './dialect.ts';

const backslash = (character: string): string => `\\${character}`;

const hexEscape = (byte: string): string => (byte === '/' ? '-' : `\\x${hexDigits(byte.charCodeAt(0), 2)}`);

/**
 * How a text is written that stands for itself in a regular expression, or is a name of systemd: the only dialects that
 * change `.` or `-`.
 */
export const patternDialects: readonly Dialect[] = [
  { name: 'pattern: quotemeta of Perl', spell: replacing(/[^\w\u0080-\uffff]/g, {}, backslash) },
  { name: 'pattern: quotemeta of Perl, ASCII', spell: replacing(/\W/g, {}, backslash), bytewise: true },
  { name: 'pattern: Python', spell: replacing(/[()[\]{}?*+|^$\\.&~# \t\n\r\v\f-]/g, {}, backslash) },
  { name: 'pattern: Go, lodash', spell: replacing(/[()[\]{}?*+|^$\\.]/g, {}, backslash) },
  { name: 'systemd-escape', spell: replacing(/[^\w:.]/g, {}, hexEscape), bytewise: true },
];
