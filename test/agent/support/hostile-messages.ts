import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { jsonEvent } from '../../../src/cli/kici/run/json-event.ts';
import { keysRead, startFakeJobs } from './fake-jobs.ts';
import { makeProject } from './project.ts';

const fixtures = join(import.meta.dirname, '../../fixtures/attacks');
const mount = "kind: 'mount', divider: '', finalNewline: false";

/** What a step is not ended for, and what nothing comes of. */
const harmless: Readonly<Record<string, string>> = {
  // First, as it takes the longest.
  'that it is done, and stays':
    "process.removeAllListeners(); send({ type: 'finished', status: 'succeeded' }); await stay();",
  "others' keys": `ask({ id: 900, kind: 'get', key: 'OTHER' }, { id: 901, ${mount}, mode: 0o600, sources: ['OTHER'] }); await ctx.secrets.get('A');`,
  'a file outside its folder': `ask({ id: 900, ${mount}, mode: 0o600, sources: ['A'], name: '../escaped' }); await ctx.secrets.get('A');`,
};

/** What it is ended for. */
const refused: Readonly<Record<string, string>> = {
  rubbish: "write(Buffer.from('rubbish rubbish rubbish'));",
  'JSON that is not a message': "send({ type: 'open', path: '/etc/passwd' });",
  'an announcement of 4 GiB': 'write(Buffer.from([255, 255, 255, 255]));',
  'a key that is none': "ask({ id: 0, kind: 'get', key: '../x' });",
  'too many sources': `ask({ id: 0, ${mount}, mode: 0o600, sources: Array(2_000).fill('A') });`,
  'more folders for PATH than there is room for':
    "for (let count = 0; count < 200; count += 1) send({ type: 'addPath', folder: `/tmp/${count}` });",
  'set-user-id bits': `ask({ id: 0, ${mount}, mode: 0o4755, sources: ['A'] });`,
};

/**
 * One run with a job for each message; a next step would show that its job goes on.
 * @param extra options of each job, such as its image
 */
export async function sendAll(sandbox: string, extra = ''): Promise<void> {
  const api = await startFakeJobs({ values: { A: 'value-of-a' }, unlisted: { OTHER: 'value-of-other' } });
  onTestFinished(() => api.close());
  const next = "step('next', () => undefined)";
  const steps = [
    ...Object.values(harmless).map((body) => step(body)),
    ...Object.values(refused).map((body) => `${step(`${body} await stay();`)}, ${next}`),
  ];
  const jobs = steps.map(
    (all, index) => `job('j${index}', { runsOn: 'default', environment: 'production', ${extra} steps: [${all}] })`,
  );
  const project = await makeProject(
    {
      'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';
import { ask, send, write } from '../channel.mjs';
const stay = () => new Promise((resolve) => setTimeout(resolve, 60_000));
export default workflow('main', { on: push(), jobs: [${jobs.join(',\n')}] });`,
      '.kici/channel.mjs': await readFile(join(fixtures, 'channel.mjs'), 'utf8'),
    },
    { KICI_URL: api.url },
  );
  const { stdout, stderr, left } = await project.run('run', '--json', '--jobs', '4', '--sandbox', sandbox);
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => jsonEvent.parse(JSON.parse(line)));
  const ended = events.flatMap((event) => (event.type === 'step_finished' ? [event] : []));
  const of = (index: number): readonly string[] =>
    ended.filter(({ job }) => job === `j${index}`).map(({ status, error = '' }) => `${status} ${error}`);
  for (const [index, what] of [...Object.keys(harmless), ...Object.keys(refused)].entries())
    expect(of(index), `${what}: ${stderr}`).toEqual(
      what in refused ? [expect.stringMatching(/^failed the step was stopped: it sent its agent /)] : ['succeeded '],
    );
  expect(new Set(keysRead(api).flat())).toEqual(new Set(['A']));
  expect(left).toEqual([]);
}

function step(body: string): string {
  return `step('s', async (ctx) => { ${body} })`;
}
