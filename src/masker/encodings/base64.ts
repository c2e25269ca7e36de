import { lengthOf, paddedForm, paddings, type Needle, type Padding } from './needle.ts';

/** Where in a group of three a text may begin that base64 is made of. */
export const alignments = [0, 1, 2] as const;
type Alignment = (typeof alignments)[number];

/** Base64 is only letters and digits: shorter forms occur in ordinary words. */
const minLength = 8;

/** How programs write the alphabet's few marks, and the padding after them. */
interface Writing {
  readonly spell: (text: string) => string;
  readonly paddings: readonly Padding[];
}

const asIs: Writing = { spell: (text) => text, paddings };
const besideMarks: Writing = { ...asIs, paddings: ['=', String.raw`\u003d`, '&#x3D;'] };
const urlAlphabet: Writing = { spell: (text) => text.replaceAll('+', '-').replaceAll('/', '_'), paddings };
/** JSON of PHP, .NET and Gson, and HTML templates. */
const ofPlus: readonly Writing[] = [
  { spell: (text) => text.replaceAll('+', String.raw`\u002B`), paddings: ['='] },
  { spell: (text) => text.replaceAll('+', '&#43;'), paddings: ['='] },
];
const ofSlash: readonly Writing[] = [
  { spell: (text) => text.replaceAll('/', String.raw`\/`), paddings: ['='] },
  { spell: (text) => text.replaceAll('/', '&#x2F;'), paddings: ['&#x3D;'] },
];
const inUrls: readonly Writing[] = [
  { spell: (text) => text.replaceAll('+', '%2B').replaceAll('/', '%2F'), paddings: ['%3D'] },
  { spell: (text) => text.replaceAll('+', '%2b').replaceAll('/', '%2f'), paddings: ['%3d'] },
];

/**
 * Base64 and base64url of the bytes: alone, with and without padding, and inside a longer text, where only characters
 * that no neighbouring byte affects are the same.
 */
export function base64Forms(bytes: Buffer): readonly Needle[] {
  return alignments.flatMap((offset) => alignedBase64(bytes, offset));
}

export function alignedBase64(bytes: Buffer, offset: Alignment): readonly Needle[] {
  const text = offset === 0 ? unpadded(bytes) : stableText(bytes, offset);
  const marks = offset === 0 ? paddingOf(bytes) : 0;
  return writingsOf(text)
    .flatMap((writing) => written(text, marks, writing))
    .filter((needle) => lengthOf(needle) >= minLength);
}

/** Base64 of the bytes' base64, from its beginning on. */
export function twiceBase64(bytes: Buffer): readonly Needle[] {
  const once = Buffer.from(bytes.toString('base64'));
  return written(unpadded(once), paddingOf(once), { ...asIs, paddings: ['='] });
}

/** As PowerShell reads and writes it in base64. */
export function utf16Of(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('utf8'), 'utf16le');
}

function writingsOf(text: string): readonly Writing[] {
  const [hasPlus, hasSlash] = [text.includes('+'), text.includes('/')];
  if (!hasPlus && !hasSlash) return [asIs];
  return [besideMarks, urlAlphabet, ...(hasPlus ? ofPlus : []), ...(hasSlash ? ofSlash : []), ...inUrls];
}

/** With its padding, without it, and without the last character too, which then depends on what follows the bytes. */
function written(text: string, marks: number, writing: Writing): readonly Needle[] {
  const bytes = Buffer.from(writing.spell(text), 'latin1');
  if (marks === 0) return [bytes];
  const padded = writing.paddings.map((padding) => ({ bytes, form: paddedForm(padding, marks) }));
  return [bytes, ...padded, bytes.subarray(0, bytes.byteLength - writing.spell(text.slice(-1)).length)];
}

function paddingOf(bytes: Buffer): number {
  return (3 - (bytes.byteLength % 3)) % 3;
}

function unpadded(bytes: Buffer): string {
  const text = bytes.toString('base64');
  return text.slice(0, text.length - paddingOf(bytes));
}

/** The characters that depend on the bytes alone, at this offset in a group of three. */
function stableText(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor(((offset + bytes.byteLength) * 8) / 6);
  return text.slice(first, last);
}
