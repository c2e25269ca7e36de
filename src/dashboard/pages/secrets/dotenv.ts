export interface Entry {
  readonly key: string;
  readonly value: string;
}

export interface Parsed {
  /** The last of each name, in their order. */
  readonly entries: readonly Entry[];
  /** Lines that are none of a `.env` file, by their number. */
  readonly wrong: readonly number[];
}

/** `NAME=`, and a value that is quoted, over several lines if need be, or reaches to a comment or the line's end. */
const assignment =
  /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:'([^']*)'|"((?:\\[^]|[^"\\])*)"|([^\r\n]*?))(?:[ \t]+#[^\r\n]*)?[ \t]*(?:\r?\n|$)/y;
const blank = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const anyLine = /[^\r\n]*(?:\r?\n|$)/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

export function parseDotenv(text: string): Parsed {
  const entries = new Map<string, string>();
  const wrong: number[] = [];
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (let at = 0; at < text.length;) {
    const found = take(assignment, at);
    if (found !== null) {
      const [, key = '', single, double, bare = ''] = found;
      entries.set(key, single ?? double?.replace(/\\([^])/g, (_, one: string) => escapes[one] ?? one) ?? bare);
    }
    const line = found ?? take(blank, at) ?? take(anyLine, at);
    if (found === null && take(blank, at) === null) wrong.push(text.slice(0, at).split('\n').length);
    at += Math.max(1, line?.[0].length ?? 1);
  }
  return { entries: [...entries].map(([key, value]) => ({ key, value })), wrong };
}
