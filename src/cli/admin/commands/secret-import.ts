import { CommandError, UsageError } from '../../terminal/command-error.ts';
import { printable } from '../../terminal/io.ts';
import { table } from '../../terminal/table.ts';
import { defineCommand, type AdminCommand, type Result } from '../command.ts';
import { count } from '../format.ts';
import { withGaps } from '../gaps.ts';
import { flag, option, optionalArgument, required } from '../parameters/text.ts';
import type { OutputOf, ApiSession } from '../session.ts';

type Imported = OutputOf<'secrets.import'>;

const maxFileBytes = 1_048_576;
const formats = ['dotenv', 'json', 'yaml'] as const;

/** `kici-admin secret import`. */
export const importCommand: AdminCommand = defineCommand({
  name: 'import',
  summary: 'Set many secrets of a scope at once, from a .env, JSON or YAML file',
  operations: ['secrets.import'],
  examples: [
    'kici-admin secret import --scope production .env --dry-run',
    'sops -d secrets.enc.yaml | kici-admin secret import --scope production --format yaml',
  ],
  parameters: {
    scope: required('--scope <scope>', 'backend:path, or a bare path in the internal store'),
    file: optionalArgument('file', 'the file; standard input by default, or with "-"'),
    format: option('--format <format>', 'its format; by default as its name says, otherwise dotenv', {
      choices: formats,
    }),
    dryRun: flag('--dry-run', 'print what would change, and write nothing'),
    allowEmpty: flag('--allow-empty', 'accept empty values'),
    reason: option('--reason <text>', 'why, for the audit log'),
  },
  run: async ({ scope, file, format, dryRun, allowEmpty, reason }, session) => {
    await session.precheck('secrets.import', { scope });
    const values = await readFile(file, format, session);
    await requireStorable(scope, values, allowEmpty);
    const entries = await Promise.all(
      [...values].map(async ([key, text]) => ({
        key,
        sealed: await session.seal({ purpose: 'secret', scope, key }, Buffer.from(text)),
      })),
    );
    return resultOf(await session.call('secrets.import', { scope, entries, dryRun, reason }), dryRun, session);
  },
});

async function readFile(
  file: string | undefined,
  format: string | undefined,
  session: ApiSession,
): Promise<ReadonlyMap<string, string>> {
  const path = file === '-' ? undefined : file;
  if (path === undefined && session.io.stdin.isTTY === true)
    throw new UsageError('there is no file', 'name one, or pipe it to standard input');
  const { collect, readFile: read } = await import('../../value-input/read-bytes.ts');
  const { formatOf, parseValues } = await import('../../value-input/many-values.ts');
  const bytes = path === undefined ? await collect(session.io.stdin, maxFileBytes) : await read(path, maxFileBytes);
  return parseValues(bytes, formats.find((one) => one === format) ?? formatOf(path));
}

/** Reports all problems at once, before anything is sent. */
async function requireStorable(scope: string, values: ReadonlyMap<string, string>, allowEmpty: boolean): Promise<void> {
  const { keyProblem, maxValueBytes } = await import('../../../api/fields.ts');
  const wrong = [...values.keys()].flatMap((key) => keyProblem(scope, key) ?? []);
  if (wrong.length > 0) throw new UsageError(wrong.join('; '), 'choose names that a step can ask for');
  const empty = [...values].flatMap(([key, text]) => (text === '' ? [key] : []));
  if (empty.length > 0 && !allowEmpty)
    throw new CommandError(
      'empty_value',
      `the value of ${empty.join(', ')} is empty`,
      'remove the lines; --allow-empty stores empty values on purpose',
    );
  const large = [...values].flatMap(([key, text]) => (Buffer.byteLength(text) > maxValueBytes ? [key] : []));
  if (large.length > 0)
    throw new CommandError(
      'too_large',
      `the value of ${large.join(', ')} has more than ${maxValueBytes} bytes`,
      'keep large files elsewhere and store the key that opens them',
    );
}

const words = { new: 'new', replace: 'replace', same: 'same', unknown: 'cannot be compared' };

function resultOf(data: Imported, dryRun: boolean, session: ApiSession): Result {
  const rows = data.entries.map(({ key, change, result, version, code }) => [
    key,
    code === undefined ? words[change] : `${words[change]} (${code})`,
    dryRun ? '' : result.replace('_', ' '),
    version ?? '',
  ]);
  const head = dryRun ? `[dry-run] would import into scope ${data.scope}` : `imported into scope ${data.scope}`;
  const left = data.leftAlone.length;
  const shown: Result = {
    data,
    text: `${printable(head)}\n\n${table(['key', 'change', 'result', 'version'], rows, session.columns)}`,
    ...(left !== 0 && {
      notice: `${count(left, 'other secret')} of the scope ${left === 1 ? 'is' : 'are'} left alone`,
    }),
  };
  // A failed list does not undo what was written.
  if (data.complete) return dryRun ? withGaps(shown, data.unavailable) : shown;
  const written = data.entries.filter(({ result }) => result === 'written').map(({ key }) => key);
  const failed = data.entries.find(({ result }) => result === 'failed');
  return {
    ...shown,
    failure: {
      code: 'partly_done',
      message: printable(
        `${failed?.key ?? 'a secret'} could not be written (${failed?.code ?? 'unknown'}); ${written.length === 0 ? 'nothing was written' : `written before it: ${written.join(', ')}`}`,
      ),
      hint: 'fix what the code names and run the same command again: what is already written counts as the same',
    },
  };
}
