import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientErrorCodes } from '../../src/cli/terminal/command-error.ts';
import { chooseMode } from '../../src/cli/value-input/mode.ts';
import { maxValueBytes } from '../../src/cli/value-input/read-bytes.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import { root } from './markdown.ts';

const page = await readFile(join(root, 'docs/input-modes.md'), 'utf8');
const set = ['secret', 'set', '--scope', 'production', 'DB_PASSWORD'];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The fingerprint of what would be stored. */
async function rehearse(
  args: readonly string[],
  given: { stdin?: string; environment?: Record<string, string> },
): Promise<unknown> {
  const { stdout } = await adminInProcess([...set, ...args, '--dry-run', '--json'], given);
  const told: unknown = JSON.parse(stdout);
  return typeof told === 'object' && told !== null && 'sha256' in told ? told.sha256 : undefined;
}

describe('docs/input-modes.md', () => {
  it('has the five modes, by the flags that choose them', () => {
    const modes = [...page.matchAll(/^\| `(--[a-z-]+)(?: [A-Z]+)?` \|/gm)].map(([, flag]) => flag);
    expect(modes).toEqual(['--prompt', '--from-stdin', '--from-file', '--from-env', '--value']);
    expect(
      [{ prompt: true }, { fromStdin: true }, { fromFile: '' }, { fromEnv: '' }, { value: '' }].map(
        (flags) => chooseMode(flags, true).kind,
      ),
    ).toEqual(['prompt', 'stdin', 'file', 'environment', 'argument']);
    expect([true, false].map((terminal) => chooseMode({}, terminal).kind)).toEqual(['prompt', 'stdin']);
  });

  const [, table = ''] = /<!-- trimming -->\n([\s\S]*?)<!-- \/trimming -->/.exec(page) ?? [];
  const rows = table
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
    .map((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, cell = '']): string => String(JSON.parse(cell))));

  it('shows some values', () => {
    expect(rows.length).toBeGreaterThan(5);
  });

  it.each(rows)(
    'stores %j as its table says',
    async (given, piped = '', trimmed = '', untrimmed = '', verbatim = '') => {
      expect(await rehearse([], { stdin: given })).toBe(sha256(piped));
      expect(await rehearse(['--trim'], { stdin: given })).toBe(sha256(trimmed));
      expect(await rehearse(['--trim', '--from-env', 'GIVEN'], { environment: { GIVEN: given } })).toBe(
        sha256(trimmed),
      );
      expect(await rehearse(['--no-trim'], { stdin: given })).toBe(sha256(untrimmed));
      expect(await rehearse(['--from-env', 'GIVEN'], { environment: { GIVEN: given } })).toBe(sha256(verbatim));
      expect(await rehearse([`--value=${given}`], {})).toBe(sha256(verbatim));
    },
  );

  it('shows the fingerprint and the line of the rehearsal as they are', async () => {
    const fingerprints = [...page.matchAll(/\b[0-9a-f]{64}\b/g)].map(([fingerprint]) => fingerprint);
    expect(new Set(fingerprints)).toEqual(new Set([sha256('hunter2')]));
    const { stdout } = await adminInProcess([...set, '--dry-run', '--confirm-fingerprint', sha256('hunter2')], {
      stdin: 'hunter2\n',
    });
    expect(page).toContain(`\n${stdout}`);
  });

  it('names codes that there are, and the limit that holds', () => {
    const codes = [...page.matchAll(/\(`([a-z_]+)`\)/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(5);
    expect(Object.keys(clientErrorCodes)).toEqual(expect.arrayContaining(codes));
    expect(page).toContain(`at most ${maxValueBytes.toLocaleString('en')} bytes`);
  });
});
