export interface DotenvEntry {
  readonly key: string;
  readonly value: string;
}

/** A place whose meaning is uncertain. */
export interface DotenvProblem {
  /** Counted from 1. */
  readonly line: number;
  /** Such as "is neither NAME=value nor a comment"; never a part of a value. */
  readonly problem: string;
}

export interface Dotenv {
  /** In file order. */
  readonly entries: readonly DotenvEntry[];
  readonly problems: readonly DotenvProblem[];
}

const nameAndSign = /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=/y;
const blankLine = /[ \t]*(?:#[^\n]*)?\r?(?:\n|$)/y;
const restOfLine = /([^\n]*?)\r?(?:\n|$)/y;
const afterQuote = /(?:[ \t]+#[^\n]*|[ \t]*)\r?(?:\n|$)/y;

/**
 * Reads a `.env` file. A `#` begins a comment only after a blank; quotes may span lines, and in double ones `\n` is a
 * line end. Where readers of such files differ, this one reports a problem instead of guessing; likewise for a repeated
 * name.
 */
export function parseDotenv(text: string): Dotenv {
  const found = new Map<string, { readonly value: string; readonly line: number }>();
  const twice = new Set<string>();
  const problems: DotenvProblem[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const read = readAt(text, at);
    const before = 'key' in read ? found.get(read.key) : undefined;
    if ('problem' in read) problems.push({ line, problem: read.problem });
    else if ('key' in read && before === undefined) found.set(read.key, { value: read.value, line });
    else if ('key' in read) {
      twice.add(read.key);
      problems.push({ line, problem: `gives ${read.key} again, which line ${before?.line} has given` });
    }
    const end = Math.max(at + 1, read.end);
    line += text.slice(at, end).split('\n').length - 1;
    at = end;
  }
  const entries = [...found].flatMap(([key, { value }]) => (twice.has(key) ? [] : [{ key, value }]));
  return { entries, problems };
}

/** A name with its value, which may span lines; a problem; or a line with neither. */
type Read = (DotenvEntry | Pick<DotenvProblem, 'problem'> | object) & { readonly end: number };

function readAt(text: string, at: number): Read {
  const blank = matchAt(blankLine, text, at);
  if (blank !== null) return { end: at + blank[0].length };
  const named = matchAt(nameAndSign, text, at);
  return named === null
    ? { problem: 'is neither NAME=value nor a comment', end: endOfLine(text, at) }
    : readValue(text, at + named[0].length, named[1] ?? '');
}

/** @param at right after the `=` */
function readValue(text: string, at: number, key: string): Read {
  const start = at + (matchAt(/[ \t]*/y, text, at)?.[0].length ?? 0);
  const quote = text.charAt(start);
  if (quote !== '"' && quote !== "'" && quote !== '`') return readBare(text, at, key);
  const close = text.indexOf(quote, start + 1);
  // The rest of the file is inside the quote, not lines of its own.
  if (close < 0) return { problem: `opens a quote for ${key} and never closes it`, end: text.length };
  const inner = text.slice(start + 1, close).replaceAll('\r\n', '\n');
  const end = matchAt(afterQuote, text, close + 1);
  if (end === null) return { problem: `has more after the quotes around ${key}`, end: endOfLine(text, close + 1) };
  if (quote === '"' && /\\(?!n)/.test(inner))
    return {
      problem: `has an escape in ${key} that readers of such files take differently; single quotes keep it as it stands`,
      end: close + 1 + end[0].length,
    };
  const value = quote === '"' ? inner.replaceAll(String.raw`\n`, '\n') : inner;
  return { key, value, end: close + 1 + end[0].length };
}

function readBare(text: string, at: number, key: string): Read {
  const rest = matchAt(restOfLine, text, at);
  const line = rest?.[1] ?? '';
  const end = at + (rest?.[0].length ?? 0);
  if (line.startsWith('#'))
    return { problem: `begins ${key} with "#", which readers of such files take differently; put it in quotes`, end };
  return { key, value: line.replace(/[ \t]#.*$/, '').trim(), end };
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
