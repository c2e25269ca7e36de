import { isUtf8 } from 'node:buffer';
import { inspectDialects } from '../dialects/literals.ts';
import { inJsonError, withDots, type Needle } from './needle.ts';

/** https://github.com/nodejs/node/blob/v24.x/lib/util.js: `maxStringLength` of `inspect`. */
const inspectedUnits = 10_000;
/** https://github.com/nodejs/node/blob/v24.x/lib/internal/assert/assertion_error.js: `addEllipsis`. */
const [comparedLines, comparedUnits] = [10, 512];
/** What Node.js shows of an argument of the wrong type, from one unit more than `longestArgument` on. */
const argumentUnits = 25;
const longestArgument = 28;
/** What V8 shows of a text that is no JSON, before and after the place. */
const jsonUnits = 10;
const after = ' '.repeat(3 * jsonUnits);
const afterToken = /^Unexpected token .+?, (?:\.\.\.)?"(.*"(?:\.\.\.)? is not valid JSON)$/su;
const jsonBegins = /^\s*[[{"tfn]/;

/**
 * The beginning of a value where Node.js shows no more of it, with the words that say so: by these it is told from
 * other texts that begin alike.
 */
export function shortenedForms(bytes: Buffer): readonly Needle[] {
  if (bytes.byteLength <= jsonUnits || !isUtf8(bytes)) return [];
  const text = bytes.toString();
  return [...inJsonErrors(text, bytes), ...inArgumentErrors(text, bytes), ...compared(text), ...inspected(text)];
}

function inJsonErrors(text: string, bytes: Buffer): readonly Needle[] {
  const first = { bytes: firstOf(text, bytes, jsonUnits), form: inJsonError };
  // In a longer text V8 shows as much of a short one.
  const further = jsonBegins.test(text) ? afterToken.exec(errorOf(text + after))?.[1] : undefined;
  return further === undefined ? [first] : [first, Buffer.from(further)];
}

/** In the value's own memory. */
function firstOf(text: string, bytes: Buffer, units: number): Buffer {
  if (bytes.byteLength === text.length) return bytes.subarray(0, units);
  return Buffer.from(text.slice(0, units));
}

/** What V8 says of the text, if it is no JSON. */
function errorOf(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
  }
  return '';
}

function inArgumentErrors(text: string, bytes: Buffer): readonly Needle[] {
  if (text.length <= longestArgument) return [];
  const first = firstOf(text, bytes, argumentUnits);
  return [{ bytes: first.includes("'") ? javascriptString(first) : first, form: withDots }];
}

function javascriptString(bytes: Buffer): Buffer {
  return Buffer.from(JSON.stringify(bytes.toString()).slice(1, -1));
}

/** In an error of `assert`. */
function compared(text: string): readonly Needle[] {
  const lines = text.split('\n', comparedLines + 1);
  const isLong = lines.length > comparedLines;
  if (!isLong && text.length <= comparedUnits) return [];
  const first = isLong ? `${lines.slice(0, comparedLines).join('\n')}\n` : text.slice(0, comparedUnits);
  return inspectDialects.map(({ spell }) => Buffer.from(`${spell(first)}...`));
}

/** The quote is the one of `'`, `"` and a backtick that the text does not have. */
function inspected(text: string): readonly Needle[] {
  const more = text.length - inspectedUnits;
  if (more <= 0) return [];
  const first = text.slice(0, inspectedUnits);
  return inspectDialects.flatMap(({ spell }) =>
    ["'", '"', '`'].map((quote) => Buffer.from(`${spell(first)}${quote}... ${more} more character`)),
  );
}
