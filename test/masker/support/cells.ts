import { createMasker, type Masker } from '@kici-dev/secret-masker';
import { print } from './tools.ts';
import { unlike, valueClasses } from './values.ts';

/** What remains readable of a value of one class that a tool printed in one dialect. */
export interface Cell {
  readonly tool: string;
  readonly dialect: string;
  readonly valueClass: string;
  readonly masked: string;
  /** Consecutive characters that the tool made of the value and that still show; `undefined` if all is masked. */
  readonly left: string | undefined;
}

/** This many consecutive characters reveal nothing: parts of escapes, the first and last of base64. */
const windowLength = 6;

export function cellsOf(tool: string): readonly Cell[] {
  const names = Object.keys(valueClasses);
  const values = Object.values(valueClasses);
  const maskers = values.map((value) => {
    const masker = createMasker();
    masker.add(Buffer.from(value));
    return masker;
  });
  const frames = new Map(
    print(tool, values.map(unlike)).map(({ dialect, value, output }) => [`${dialect} ${value}`, output]),
  );
  return print(tool, values).map(({ dialect, value, output }) => {
    const frame = frames.get(`${dialect} ${value}`) ?? '';
    const masked = maskBytes(maskers[value], output);
    const length = (values[value] ?? '').length < 8 ? 4 : windowLength;
    const shown = new Set(windows(masked, length));
    const left = windows(ownPart(output, frame), length).find((text) => shown.has(text) && !frame.includes(text));
    return { tool, dialect, valueClass: names[value] ?? '', masked, left };
  });
}

export function windows(text: string, length: number): string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) => text.slice(at, at + length));
}

/** Without the start and end that it shares with the frame. */
export function ownPart(output: string, frame: string): string {
  let start = 0;
  while (start < output.length && output[start] === frame[start]) start += 1;
  let end = 0;
  while (end < output.length - start && output.at(-1 - end) === frame.at(-1 - end)) end += 1;
  return output.slice(start, output.length - end);
}

function maskBytes(masker: Masker | undefined, output: string): string {
  const stream = masker?.open();
  if (stream === undefined) return output;
  return Buffer.concat([...stream.write(Buffer.from(output, 'latin1')), ...stream.end()]).toString('latin1');
}
