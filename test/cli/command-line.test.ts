import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, shellWord } from '../../src/api/command-line.ts';
import type { Operation } from '../../src/api/operation.ts';
import { pathParameters } from '../../src/api/openapi.ts';
import { operations } from '../../src/api/registry.ts';
import { createProgram } from '../../src/cli/admin/program.ts';
import { parseDuration } from '../../src/cli/duration.ts';

const typed = Object.entries<Operation>(operations).filter(
  ([, { command }]) => command?.startsWith('kici-admin ') === true,
);

/** A plausible word for each field that a command takes. */
const words: Record<string, unknown> = {
  scope: 'apps/shop',
  key: 'DB_PASSWORD',
  environment: 'production',
  name: 'LOG_LEVEL',
  version: '3',
  from: 'a',
  to: 'b',
  bind: ['x', 'y'],
  host: 'h',
  priority: 10,
  prefix: 'P_',
  map: { password: 'DB_PASSWORD' },
  skipDeleted: true,
  id: 'one',
  locked: true,
  type: 'vault',
  settings: { address: 'https://vault:8200', on: true, n: 2 },
  optional: false,
  deadlineMs: 5_000,
  cacheMaxAgeMs: 0,
  serveStaleMs: 1_000,
  unset: ['z'],
  role: 'author',
  scopes: ['team/**'],
  environments: ['production'],
  lifetimeMs: 60_000,
  agentId: 'runner-1',
  backend: 'internal',
  tree: true,
  reason: "it's so",
  disable: ['secrets.set'],
  enable: ['variables.set'],
  valueEntry: 'sealed',
  before: '2025-01-31',
};

/** A field that excludes another one. */
const alternatives: Readonly<Record<string, string>> = { 'secrets.list': 'backend' };

it('a duration is told as a person would, and as the command line takes it', () => {
  const told = (lifetimeMs: number) =>
    /--lifetime (\S+)/.exec(commandLine(operations['tokens.create'], 'default', { lifetimeMs }) ?? '')?.[1] ?? '';
  const day = 86_400_000;
  const lifetimes = [90 * day, 36 * 3_600_000, 90_000, 1_500];
  expect(lifetimes.map(told)).toEqual(['90d', '36h', '90s', '1500ms']);
  expect([...lifetimes, 99_999 * day].map((ms) => parseDuration(told(ms)))).toEqual([...lifetimes, 99_999 * day]);
});

/** The words that a shell splits a line into. */
const wordsOf = (line: string): string[] =>
  execFileSync('bash', ['-c', `printf '%s\\0' ${line.replace(/^kici-admin /, '')}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

async function parse(line: string): Promise<{ readonly ran: string; readonly org: unknown }> {
  let ran = '';
  const program = createProgram({
    version: '0',
    writeOut: () => {},
    writeErr: () => {},
    run: async (command, parsed) => {
      // Reads every parameter, and so refuses what the command does not accept.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it goes no further than to its session
      await command.run(parsed, undefined as never).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'UsageError') throw error;
      });
      ran = `kici-admin ${parsed.parent === program ? '' : `${parsed.parent?.name()} `}${parsed.name()}`;
    },
  });
  await program.parseAsync(wordsOf(line), { from: 'user' });
  return { ran, org: program.getOptionValue('org') };
}

describe.each(typed)('the command of %s', (id, operation) => {
  it('is one that kici-admin takes, with all that is known', async () => {
    const known = Object.fromEntries(Object.entries(words).filter(([name]) => name !== alternatives[id]));
    const line = commandLine(operation, 'payments', known) ?? '';
    expect(await parse(line)).toEqual({ ran: operation.command, org: 'payments' });
  });

  it('names all that its address names', () => {
    const named = [...pathParameters(operation.path), ...(operation.query ?? [])];
    expect(Object.keys(operation.commandArguments ?? {})).toEqual(expect.arrayContaining(named));
  });
});

describe('a word for a shell', () => {
  it('comes out of it as it went in', () => {
    const text = fc.string({ unit: 'binary' }).map((one) => one.replaceAll('\0', '').toWellFormed());
    const samples = fc.sample(text, 300).filter((one) => one !== '');
    const mean = [
      "'",
      '$(id)',
      '`id`',
      '-n',
      '\n',
      '\u001b[201~',
      '\\x41',
      '\u202e',
      '~',
      '#',
      '!!',
      '*',
      'a b',
      "$'x'",
    ];
    const all = [...samples, ...mean];
    expect(wordsOf(`kici-admin ${all.map(shellWord).join(' ')}`)).toEqual(all);
  });

  it('never has a character that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex -- these must not occur
        expect(shellWord(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });
});
