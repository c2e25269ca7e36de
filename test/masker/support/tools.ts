import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeDialects } from '../tools/node.ts';

/** What a tool printed of the value with that number, one character per byte. */
export interface Printed {
  readonly tool: string;
  readonly dialect: string;
  readonly value: number;
  readonly output: string;
}

const folder = join(import.meta.dirname, '../tools');
const commands: Readonly<Record<string, readonly string[]>> = {
  python3: ['print.py'],
  go: ['run', 'print.go'],
  php: ['print.php'],
  perl: ['print.pl'],
};
const yqFilters = { '-y': '{key: .}', '-y of JSON': '{key: ({key: .} | tojson)}', '-y of a list': '{key: [., [.]]}' };
const locales = ['C', 'C.UTF-8'];
/** A shell writes these the same in every locale. */
const isPlain = /^[\n -~]*$/;

export function isInstalled(program: string): boolean {
  return spawnSync(program, [program === 'go' ? 'version' : '--version'], { stdio: 'ignore' }).error === undefined;
}

/** The tools of this machine, and those that it lacks. */
export const tools = ['node', ...Object.keys(commands), 'yq', 'bash', 'zsh'] as const;

/** Every value in every way of the tool. @throws if the tool fails */
export function print(tool: string, values: readonly string[]): readonly Printed[] {
  if (tool === 'node') {
    const rows = Object.entries(nodeDialects).flatMap(([dialect, write]) =>
      values.map((text, value) => ({ tool, dialect, value, output: latin1(write(text)) })),
    );
    return rows;
  }
  if (tool === 'yq')
    return Object.entries(yqFilters).flatMap(([dialect, filter]) => printByYq(dialect, filter, values));
  const args = commands[tool];
  if (args !== undefined) return readRows(tool, run(tool, args, { input: JSON.stringify(values) }));
  return values.flatMap((text, value) =>
    locales
      .filter((locale) => locale === 'C.UTF-8' || !isPlain.test(text))
      .flatMap((locale) => printInShell(tool, locale, text, value)),
  );
}

/** The same with one process for all values, and shells in the ways that need no other program. @throws likewise */
export function printAll(tool: string, values: readonly string[]): readonly Printed[] {
  if (tool === 'jq') return readRows(tool, run(tool, ['-c', '-f', 'print.jq'], { input: JSON.stringify(values) }));
  if (tool !== 'bash' && tool !== 'zsh') return print(tool, values);
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const fields = run(tool, ['print-all.sh'], { input: values.map((value) => `${value}\0`).join(''), env })
    .toString('latin1')
    .split('\0');
  return Array.from({ length: Math.floor(fields.length / 3) }, (_, row) => {
    const [dialect = '', value = '', output = ''] = fields.slice(row * 3, row * 3 + 3);
    return { tool, dialect, value: Number(value), output };
  });
}

/** The YAML that it writes of each value; it reads no control characters. */
function printByYq(dialect: string, filter: string, values: readonly string[]): readonly Printed[] {
  const read = [...values.entries()].filter(([, text]) => !text.includes('\u007f'));
  const input = JSON.stringify(read.map(([, text]) => text));
  const documents = latin1(run('yq', ['-y', `.[] | ${filter}`], { input })).split(/^---\n/m);
  return read.map(([value], index) => ({ tool: 'yq', dialect, value, output: documents[index] ?? '' }));
}

function readRows(tool: string, output: Buffer): readonly Printed[] {
  const rows: unknown = JSON.parse(output.toString());
  if (!Array.isArray(rows)) throw new Error(`${tool} printed no list`);
  return rows.map((row: unknown) => readRow(tool, row));
}

function readRow(tool: string, row: unknown): Printed {
  const [dialect, value, output]: readonly unknown[] = Array.isArray(row) ? row : [];
  if (typeof dialect !== 'string' || typeof value !== 'number' || typeof output !== 'string')
    throw new Error(`${tool} printed a row that is none`);
  return { tool, dialect, value, output: latin1(output) };
}

function latin1(text: string | Buffer): string {
  return Buffer.from(text).toString('latin1');
}

function printInShell(tool: string, locale: string, text: string, value: number): readonly Printed[] {
  const lines = run(tool, ['print.sh'], { env: { ...process.env, V: text, LC_ALL: locale } }).toString();
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [dialect = '', base64 = ''] = line.split('\t');
      return {
        tool,
        dialect: `${dialect}, ${locale}`,
        value,
        output: Buffer.from(base64, 'base64').toString('latin1'),
      };
    });
}

function run(program: string, args: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv }): Buffer {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, maxBuffer: 2 ** 28, ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr.toString()}`);
  return stdout;
}
