import { hexDigits, replacing, type Dialect } from './dialect.ts';

const text = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const named = { ...text, '"': '&quot;' };
const decimal = (character: string): string => `&#${character.codePointAt(0)};`;
const hexadecimal = (character: string): string => `&#x${hexDigits(character.codePointAt(0) ?? 0, 1)};`;
const upperHexadecimal = (character: string): string =>
  `&#x${hexDigits(character.codePointAt(0) ?? 0, 1).toUpperCase()};`;

export const markupText: Dialect = { name: 'XML text', spell: replacing(/[&<>]/g, text) };

/** How XML and HTML write text and attributes. */
export const markupDialects: readonly Dialect[] = [
  markupText,
  { name: 'XML text with plain >', spell: replacing(/[&<]/g, text) },
  { name: 'XML attribute', spell: replacing(/[&<>"]/g, named) },
  { name: 'HTML attribute of a browser', spell: replacing(/[&"]/g, named) },
  { name: 'XML attribute, line ends decimal', spell: replacing(/[&<>"\n\r\t]/g, { ...named, '\t': '&#09;' }, decimal) },
  { name: 'XML attribute, all controls decimal', spell: replacing(/[&<>"\n\r\t]/g, named, decimal) },
  { name: 'HTML: quotes decimal', spell: replacing(/[&<>"']/g, named, decimal) },
  { name: 'HTML: quotes hexadecimal', spell: replacing(/[&<>"']/g, named, hexadecimal) },
  { name: 'HTML: PHP', spell: replacing(/[&<>"']/g, { ...named, "'": '&#039;' }) },
  { name: 'XML: &apos;', spell: replacing(/[&<>"']/g, { ...named, "'": '&apos;' }) },
  { name: 'HTML: Go, Jinja', spell: replacing(/[&<>"'+]/g, { ...text, '+': '+' }, decimal) },
  { name: 'HTML: Go templates', spell: replacing(/[&<>"'+]/g, text, decimal) },
  { name: 'XML: Go', spell: replacing(/[&<>"'\n\r\t]/g, { ...text, '"': '&#34;', "'": '&#39;' }, upperHexadecimal) },
  { name: 'HTML: Handlebars', spell: replacing(/[&<>"'`=]/g, named, hexadecimal) },
  { name: 'HTML: Mustache', spell: replacing(/[&<>"'`=/]/g, { ...named, "'": '&#39;' }, upperHexadecimal) },
  { name: 'references of XML outside ASCII', spell: replacing(/[^\0-~]/gu, {}, decimal) },
  { name: 'XML text, ASCII', spell: replacing(/[&<>]|[^\0-~]/gu, text, decimal) },
  { name: 'XML attribute, ASCII', spell: replacing(/[&<>"]|[^\0-~]/gu, named, decimal) },
  { name: 'XML text, ASCII, hexadecimal', spell: replacing(/[&<>]|[^\0-~]/gu, text, upperHexadecimal) },
  { name: 'XML text, ASCII, hexadecimal in small letters', spell: replacing(/[&<>]|[^\0-~]/gu, text, hexadecimal) },
];
