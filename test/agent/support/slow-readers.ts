import { expect, it } from 'vitest';
import { printing, readSlowly } from './output.ts';
import { expectSame } from './output-matrix.ts';
import { makeProject } from './project.ts';

const print = String.raw`process.stdout.write('0123456789abcde\n'.repeat(65_536));`;

/** A slow reader gets everything. @param extra job options, each followed by a comma */
export function slowReaders(sandbox: string, extra = ''): void {
  it.each([
    ['fails', '', "throw new Error('it failed');", 'Error: it failed'],
    ['ends its process', '', 'process.exit(3);', 'ended with code 3'],
    [
      'runs into its timeout',
      'timeout: 5000',
      'await new Promise(() => { setInterval(() => {}, 60_000); });',
      'did not end within its 5000 ms',
    ],
  ])('a slow reader gets all that a step has printed that %s', async (_, options, end, problem) => {
    const project = await makeProject({
      'main.ts': printing(`step('s', { ${options} }, async () => { ${print} ${end} })`, extra),
    });
    const { code, stdout, stderr } = await readSlowly(project, '--sandbox', sandbox);
    expect([code, stderr]).toEqual([1, expect.stringContaining(problem)]);
    expectSame(stdout, '0123456789abcde\n'.repeat(65_536));
  });
}
