import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSession } from '../../src/agent/session/open-session.ts';
import type { SecretRead } from '../../src/agent/session/job-session.ts';
import { createClient } from '../../src/api/client.ts';
import { set } from '../orchestrator/support/jobs.ts';
import { startSharedServer } from '../orchestrator/support/server.ts';
import { createFront, type Answer } from '../support/front.ts';

/** Changes the answer to one read, knowing those before it. */
type Meddling = (answer: Answer, before: readonly Answer[]) => Answer;

const whole: Meddling = (_, [first]) => first ?? _;
const sealed = /"sealed":"[^"]*"/;
const named = /"key":"[^"]*"/g;
const valueAlone: Meddling = ({ status, body }, [first]) => ({
  status,
  body: body.replace(sealed, () => sealed.exec(first?.body ?? '')?.[0] ?? ''),
});
const underTheNameAskedFor: Meddling = ({ status }, [first]) => ({
  status,
  body: first?.body.replace(named, '"key":"SECOND"') ?? '',
});

const shared = await startSharedServer();
const { server } = shared;
beforeAll(async () => {
  for (const key of ['FIRST', 'SECOND']) await set(server, 'production', key, `value of ${key}`);
  await server.call('environments.create', { name: 'production', bind: ['production'] });
});
afterAll(() => shared.stop());

/** What an agent makes of answers that something in between has changed, as whatever ends TLS there could. */
async function readThrough(meddle: Meddling, ...reads: readonly (readonly string[])[]) {
  const answers = new Array<Answer>();
  const url = await createFront(server.url, async ({ path }, pass) => {
    const answer = await pass();
    if (!path.endsWith('/secrets')) return answer;
    answers.push(answer);
    return answers.length === reads.length ? meddle(answer, answers.slice(0, -1)) : answer;
  });
  const client = createClient({ url, token: server.owner, organization: 'default' });
  const session = await openSession(client, { environment: 'production', workflow: 'w', job: 'j' });
  let last: ReadonlyMap<string, SecretRead> = new Map();
  // oxlint-disable-next-line no-await-in-loop -- one after another
  for (const keys of reads) last = await session.read(new Set(keys));
  expect(answers).toHaveLength(reads.length);
  return Object.fromEntries(
    [...last].map(([key, read]) => [key, read.status === 'value' ? read.value.text() : read.status]),
  );
}

it('answers that nobody changes arrive', async () => {
  expect(await readThrough((answer) => answer, ['FIRST'], ['SECOND'])).toEqual({ SECOND: 'value of SECOND' });
});

it.each([
  ['the whole answer to another request', whole],
  ['the sealed part of the answer to another request', valueAlone],
  ['the answer to another request under the name that was asked for', underTheNameAskedFor],
])('%s is no value', async (_, meddle) => {
  expect(await readThrough(meddle, ['FIRST'], ['SECOND'])).toEqual({ SECOND: 'unavailable' });
});

it('two values of one answer cannot change places', async () => {
  const swapped: Meddling = ({ status, body }) => ({
    status,
    body: body.replace(named, (name) => (name.includes('FIRST') ? '"key":"SECOND"' : '"key":"FIRST"')),
  });
  expect(await readThrough(swapped, ['FIRST', 'SECOND'])).toEqual({ FIRST: 'unavailable', SECOND: 'unavailable' });
});
