import { integer, object, type Check, type Checked } from './checks.ts';
import { parseJson } from './parse-json.ts';

/** The media type of an answer in lines of JSON: how far the work is, any number of times, and then the answer. */
export const linesType = 'application/x-ndjson';

const isProgress = object({ done: integer(0), of: integer(0) });
/** How far some work is. `of` is 0 while it waits for its turn. */
export type Progress = Checked<typeof isProgress>;

const isThere: Check<unknown> = (value): value is unknown => value !== undefined;
const isProgressLine = object({ progress: isProgress });
const isLastLine = object({ status: integer(200, 599), body: isThere });

export function progressLine(progress: Progress): string {
  return `${JSON.stringify({ progress })}\n`;
}

/** What would have been the whole answer, had the work taken no time. */
export function lastLine(status: number, body: unknown): string {
  return `${JSON.stringify({ status, body })}\n`;
}

/** Takes an answer in lines apart. */
export class AnswerLines {
  readonly #onProgress: (progress: Progress) => void;
  #last: { readonly status: number; readonly text: string } | undefined;
  #rest: string[] = [];

  constructor(onProgress: (progress: Progress) => void) {
    this.#onProgress = onProgress;
  }

  add(text: string): void {
    const [end = '', ...more] = text.split('\n');
    this.#rest.push(end);
    for (const next of more) {
      this.#read(this.#rest.join(''));
      this.#rest = [next];
    }
  }

  /** @throws Error where the answer has ended before it was there */
  end(): { readonly status: number; readonly text: string } {
    if (this.#last === undefined) throw new Error('the answer ends within its lines');
    return this.#last;
  }

  #read(line: string): void {
    const told = parseJson(line);
    if (isProgressLine(told)) this.#onProgress(told.progress);
    else if (isLastLine(told)) this.#last = { status: told.status, text: JSON.stringify(told.body) };
  }
}
