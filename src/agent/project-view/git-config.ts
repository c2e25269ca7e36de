import { dirname, isAbsolute, join } from 'node:path';

/**
 * Files and folders that a git configuration file names: other hooks, and included configuration with what that names.
 * @param tree the folder that relative hook paths start from @param read returns a file's text; `undefined` if it
 * cannot be read
 */
export async function namedInConfig(
  file: string,
  tree: string,
  read: (file: string) => Promise<string | undefined>,
  seen = new Set<string>(),
): Promise<readonly string[]> {
  // Files may include each other.
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await read(file);
  if (text === undefined) return [];
  const found = [...entries(text)].map(async ({ name, value }): Promise<readonly string[]> => {
    if (value === '' || value.startsWith('~')) return [];
    if (name === 'core.hookspath') return [isAbsolute(value) ? value : join(tree, value)];
    if (!/^include(?:if)?\.path$/.test(name)) return [];
    const path = isAbsolute(value) ? value : join(dirname(file), value);
    return [path, ...(await namedInConfig(path, tree, read, seen))];
  });
  return (await Promise.all(found)).flat();
}

/** Names in lower case, without the middle part. */
function* entries(text: string): Generator<{ readonly name: string; readonly value: string }> {
  let section = '';
  for (const line of text.replaceAll(/\\\r?\n/g, '').split(/\r?\n/)) {
    const [header = '', named] = /^\s*\[\s*([\w.-]+)\s*(?:"(?:[^"\\]|\\.)*")?\s*\]/.exec(line) ?? [];
    section = named?.toLowerCase() ?? section;
    const [, key, value] = /^\s*([a-z][\w-]*)\s*=(.*)$/i.exec(line.slice(header.length)) ?? [];
    if (key !== undefined && value !== undefined)
      yield { name: `${section}.${key.toLowerCase()}`, value: plain(value) };
  }
}

/** Removes quotes, escapes and comments. */
function plain(value: string): string {
  const parts = value.matchAll(/"((?:[^"\\]|\\.)*)"?|(\\.)|([;#].*)|([^"\\;#]+)/g);
  const text = [...parts].map(([, quoted, escaped, , bare]) => quoted ?? escaped ?? bare ?? '').join('');
  return text.replaceAll(/\\(.)/g, '$1').trim();
}
