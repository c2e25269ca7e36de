import { parseDotenv as readDotenv } from '../../api/dotenv.ts';
import { CommandError } from '../terminal/command-error.ts';

export const fileFormats = ['dotenv', 'json', 'yaml'] as const;
export type FileFormat = (typeof fileFormats)[number];

/** The format by the file's extension; dotenv by default. */
export function formatOf(path: string | undefined): FileFormat {
  if (path?.endsWith('.json') === true) return 'json';
  return /\.ya?ml$/.test(path ?? '') ? 'yaml' : 'dotenv';
}

/**
 * Names and values of a file. Nothing in it is skipped silently, and no message shows a value.
 * @throws CommandError
 */
export async function parseValues(bytes: Uint8Array, format: FileFormat): Promise<ReadonlyMap<string, string>> {
  const text = decode(bytes);
  const values = format === 'dotenv' ? parseDotenv(text) : await parseYaml(text, format);
  if (values.size === 0)
    throw new CommandError(
      'invalid_import',
      'there is no name in it',
      `is it ${format}? give --format if it is something else`,
    );
  return values;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(
      'damaged_value',
      'the file is not UTF-8 text',
      'store other bytes one by one with `kici-admin secret set --from-file`',
    );
  }
}

/** Reports all problems at once. */
function parseDotenv(text: string): ReadonlyMap<string, string> {
  const { entries, problems } = readDotenv(text);
  if (problems.length > 0)
    throw new CommandError(
      'invalid_import',
      problems.map(({ line, problem }) => `line ${line} ${problem}`).join('; '),
      'correct the file; nothing was sent',
    );
  return new Map(entries.map(({ key, value }) => [key, value]));
}

function wrongLine(index: number, problem: string): CommandError {
  return new CommandError('invalid_import', `line ${index + 1} ${problem}`, 'correct the file; nothing was sent');
}

/** JSON is YAML too. Every scalar stays the text as written: no number is respelt. */
async function parseYaml(text: string, format: 'json' | 'yaml'): Promise<ReadonlyMap<string, string>> {
  if (format === 'json') requireJson(text);
  const { isMap, isScalar, parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: true, prettyErrors: true });
  const [error] = document.errors;
  // The parser's own message quotes the text.
  if (error !== undefined) throw wrongLine((error.linePos?.[0].line ?? 1) - 1, `is not ${format} (${error.code})`);
  if (!isMap(document.contents))
    throw new CommandError(
      'invalid_import',
      `it is not ${format === 'json' ? 'an object' : 'a mapping'} of names to text`,
      'correct the file',
    );
  const values = new Map<string, string>();
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (name === '')
      throw new CommandError('invalid_import', 'a name in it is not text', 'names must be text; nothing was sent');
    if (!isScalar(value) || typeof value.value !== 'string' || (format === 'json' && value.type !== 'QUOTE_DOUBLE'))
      throw new CommandError(
        'invalid_import',
        `the value of ${JSON.stringify(name)} is not text`,
        name === 'sops'
          ? 'the file is encrypted: decrypt it first, as in `sops -d file | kici-admin secret import`'
          : 'write it in quotes; nothing was sent',
      );
    values.set(name, value.value);
  }
  return values;
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new CommandError('invalid_import', 'it is not JSON', 'correct the file; nothing was sent');
  }
}
