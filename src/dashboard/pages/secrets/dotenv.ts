export interface DotenvEntry {
  readonly key: string;
  readonly value: string;
}

export interface ParsedDotenv {
  /** The last of each name, in their order. */
  readonly entries: readonly DotenvEntry[];
  /** Numbers of the lines that are none of a `.env` file, or that its readers do not all read alike. */
  readonly wrong: readonly number[];
}

/** `NAME=`, and a value that is quoted, over several lines if need be, or reaches to a comment or the line's end. */
const assignment =
  /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:'([^']*)'|"([^"]*)"|`([^`]*)`|((?!["'`#])[^\r\n]*?|))(?:(?:[ \t]+|(?<=[=\t ]))#[^\r\n]*)?[ \t]*(?:\r?\n|$)/y;
const blank = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const anyLine = /[^\r\n]*(?:\r?\n|\r|$)/y;
/** A quote that nothing closes: what follows is inside of it, and no line of its own. */
const unclosed = /[^\r\n=]*=[ \t]*(["'`])(?:(?!\1)[^])*$/y;

/** Reads the text of a `.env` file for an import. */
export function parseDotenv(text: string): ParsedDotenv {
  const entries = new Map<string, string>();
  const wrong: number[] = [];
  const take = (pattern: RegExp, at: number): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (let at = 0; at < text.length;) {
    const found = take(assignment, at);
    const [, key = '', single, double, tick, bare = ''] = found ?? [];
    // Some readers cut a value at any "#", and know other escapes than a line end's.
    const isPlain = found !== null && !bare.includes('#') && !/\\(?!n)/.test(double ?? '');
    if (isPlain) {
      entries.delete(key);
      entries.set(key, single ?? double?.replaceAll(String.raw`\n`, '\n') ?? tick ?? bare);
    }
    const skipped = found ?? take(blank, at) ?? take(unclosed, at) ?? take(anyLine, at);
    if (!isPlain && take(blank, at) === null) wrong.push(text.slice(0, at).split('\n').length);
    at += Math.max(1, skipped?.[0].length ?? 1);
  }
  return { entries: [...entries].map(([key, value]) => ({ key, value })), wrong };
}
