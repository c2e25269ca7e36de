/** Bytes that are searched for, as they are, written in a form or spelled by a dialect. */
export type Needle = Uint8Array | Written | Spelled;

/** Most encodings of a value are the same bytes in another form: computed when they are read, they take no memory. */
export interface Written {
  readonly bytes: Uint8Array;
  readonly form: number;
}

/** Made as far as it is needed. */
export interface Spelled {
  readonly length: number;
  /** At least so many of its first bytes, if it has them. */
  readonly first: (most: number) => Uint8Array;
}

export const asIs = 0;
/** How the padding of base64 may be written. */
export const paddings = ['=', String.raw`\u003d`, '&#x3D;', '%3D', '%3d'] as const;
export type Padding = (typeof paddings)[number];
/** What follows the beginning of a text where no more of it is shown. */
const cutMarks = ['...', '"... is not valid JSON'] as const;
const endings: readonly Uint8Array[] = ['', ...paddings, ...paddings.map((mark) => mark.repeat(2)), ...cutMarks].map(
  (text) => Buffer.from(text),
);

/** What stands before the digits of each byte. */
const separators: readonly Uint8Array[] = ['', ' ', ':', String.raw`\x`].map((text) => Buffer.from(text));
/** Between the bytes only, not before the first. */
const isBetween = [0, 1, 1, 0];
const digits = [Buffer.from('0123456789abcdef'), Buffer.from('0123456789ABCDEF')] as const;

/** @param count once or twice */
export function paddedForm(padding: Padding, count: number): number {
  return 1 + paddings.indexOf(padding) + (count - 1) * paddings.length;
}

const firstHex = endings.length;
export const [withDots, inJsonError] = [firstHex - cutMarks.length, firstHex - 1];
const none = new Uint8Array(0);
const hexForm = (separator: number, isUpper: boolean): number => firstHex + 2 * separator + Number(isUpper);
export const hex = hexForm(0, false);
export const upperHex = hexForm(0, true);
/** In pairs, with a blank or a colon in between. */
export const pairedHex = [hexForm(1, false), hexForm(2, false)] as const;
export const upperPairedHex = [hexForm(1, true), hexForm(2, true)] as const;
export const escapedHex = hexForm(3, false);
/** A backslash before every byte, as a trace of bash shows what is no pattern in `[[ … ]]`. */
export const backslashed = hexForm(4, false);
const backslash = 0x5c;

/** The length of so many bytes in a form. */
export function lengthIn(form: number, count: number): number {
  if (form === asIs) return count;
  if (form < firstHex) return count + (endings[form]?.byteLength ?? 0);
  if (form === backslashed) return 2 * count;
  const separator = separatorOf(form).byteLength;
  return count * (separator + 2) - leftOut(form);
}

/** How many of so many bytes are written as they are, before anything else. */
export function leadingIn(form: number, count: number): number {
  return form < firstHex ? count : 0;
}

/** A byte of what is written in a form. @param start where the bytes lie in memory @param count how many they are */
export function byteIn(form: number, bytes: Uint8Array, start: number, count: number, at: number): number {
  if (form < firstHex) return at < count ? (bytes[start + at] ?? 0) : (endings[form]?.[at - count] ?? 0);
  if (form === backslashed) return at % 2 === 0 ? backslash : (bytes[start + (at >> 1)] ?? 0);
  const separator = separatorOf(form);
  const width = separator.byteLength + 2;
  const place = at + leftOut(form);
  const part = place % width;
  if (part < width - 2) return separator[part] ?? 0;
  const byte = bytes[start + (place - part) / width] ?? 0;
  return digitsOf(form)[part === width - 2 ? byte >> 4 : byte & 15] ?? 0;
}

function separatorOf(form: number): Uint8Array {
  return separators[(form - firstHex) >> 1] ?? none;
}

function digitsOf(form: number): Uint8Array {
  return digits[((form - firstHex) & 1) === 0 ? 0 : 1];
}

/** How many bytes of its separator the first byte does not have. */
function leftOut(form: number): number {
  return isBetween[(form - firstHex) >> 1] ?? 0;
}

/** Writes so many bytes in a form, as far as there is room. */
export function writeIn(form: number, bytes: Uint8Array, start: number, count: number, to: Uint8Array): void {
  if (form === backslashed) {
    for (let at = 0; at < Math.min(2 * count, to.length); at += 1) to[at] = byteIn(form, bytes, start, count, at);
    return;
  }
  if (form >= firstHex) {
    writeHex(form, bytes.subarray(start, start + count), to);
    return;
  }
  const leading = Math.min(count, to.length);
  for (let at = 0; at < leading; at += 1) to[at] = bytes[start + at] ?? 0;
  const ending = endings[form] ?? none;
  for (let at = leading; at < to.length && at - count < ending.length; at += 1) to[at] = ending[at - count] ?? 0;
}

function writeHex(form: number, bytes: Uint8Array, to: Uint8Array): void {
  const [separator, of] = [separatorOf(form), digitsOf(form)];
  let part = leftOut(form);
  let at = 0;
  for (const byte of bytes) {
    for (; part < separator.length; part += 1, at += 1) to[at] = separator[part] ?? 0;
    part = 0;
    to[at] = of[byte >> 4] ?? 0;
    to[at + 1] = of[byte & 15] ?? 0;
    at += 2;
    if (at >= to.length) return;
  }
}

/** A needle's bytes before they are written. */
export function bytesOf(needle: Needle): Uint8Array {
  if (needle instanceof Uint8Array) return needle;
  return isSpelled(needle) ? needle.first(Infinity) : needle.bytes;
}

export function formOf(needle: Needle): number {
  return needle instanceof Uint8Array || isSpelled(needle) ? asIs : needle.form;
}

export function lengthOf(needle: Needle): number {
  return needle instanceof Uint8Array || isSpelled(needle) ? needle.length : lengthIn(needle.form, needle.bytes.length);
}

export function isSpelled(needle: Needle): needle is Spelled {
  return 'first' in needle;
}

/** What is searched for, or its first bytes. */
export function write(needle: Needle, most = Infinity): Buffer {
  const length = Math.min(most, lengthOf(needle));
  if (isSpelled(needle)) return asBuffer(needle.first(most), length);
  if (needle instanceof Uint8Array) return asBuffer(needle, length);
  const written = Buffer.allocUnsafe(length);
  writeIn(needle.form, needle.bytes, 0, needle.bytes.byteLength, written);
  return written;
}

function asBuffer({ buffer, byteOffset }: Uint8Array, length: number): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
