import { expect } from 'vitest';
import type { OperationId } from '../../../../src/api/registry.ts';
import { open, type OpenJob } from '../../../orchestrator/support/jobs.ts';
import type { Member } from '../../../orchestrator/support/members.ts';
import { base64, codeOf } from '../../../orchestrator/support/server.ts';

/** What a case works on: names that no other case has. */
interface Place {
  readonly name: string;
  /** Of what `arrange` has made: a binding, a token, a session. */
  readonly id: string;
  readonly secret: string;
  readonly job?: OpenJob;
}

/** A change that is made through one orchestrator, and a question that another answers before and after it. */
export interface Change {
  readonly arrange: (one: Member) => Promise<Place>;
  readonly ask: (other: Member, place: Place) => Promise<unknown>;
  readonly change: (one: Member, place: Place) => Promise<unknown>;
  readonly from: unknown;
  readonly to: unknown;
}

/** These change nothing that a request depends on. */
export const exempt = {
  'backends.test': 'looks at a backend',
  'audit.acknowledge': 'adds a row to the log, which every request that is audited does',
  'audit.checkpoint': 'signs what the log is',
  'audit.cut': 'see the test of the log',
  'sessions.code': 'adds what only its holder can use; see the test of one-time codes',
  'sessions.end': 'see the test of sessions',
  'policy.set': 'see the test of sessions',
  'policy.reset': 'see the test of sessions',
} satisfies Partial<Record<OperationId, string>>;

let number = 0;
const named = (): Place => ({ name: `case-${(number += 1)}`, id: '', secret: '' });

/** `done`, or the code that it is refused with. */
const resultOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'done',
    () => codeOf(call),
  );

const value = (text: string) => ({ key: 'K', value: base64(text) });

/** An environment with one secret. */
async function bound(one: Member): Promise<Place> {
  const place = named();
  await one.call('secrets.set', { scope: place.name, ...value('first') });
  const { bindings } = await one.call('environments.create', { name: place.name, bind: [place.name] });
  return { ...place, id: bindings[0]?.id ?? '' };
}

/** And a job that was opened there. */
async function opened(one: Member): Promise<Place> {
  const place = await bound(one);
  return { ...place, job: await open(one, place.name) };
}

async function withToken(one: Member): Promise<Place> {
  const { id, token } = await one.call('tokens.create', { name: 'case', role: 'author' });
  return { ...named(), id, secret: token };
}

/** An organization of its own, whose environment takes in every backend. */
async function ofAllBackends(one: Member): Promise<Place> {
  const place = named();
  await one.call('organizations.create', { name: place.name });
  await one.as(one.owner, place.name)('environments.create', { name: place.name, bind: ['*:some'] });
  return place;
}

const addBackend = ({ as, owner }: Member, { name }: Place, password: string) =>
  as(owner, name)('backends.add', {
    name: 'memory',
    type: 'memory',
    settings: { address: `https://${name}.test` },
    secretSettings: { password: base64(password) },
  });

async function withBackend(one: Member, password: string): Promise<Place> {
  const place = await ofAllBackends(one);
  await addBackend(one, place, password);
  return place;
}

const keys = async ({ call }: Member, { name }: Place): Promise<readonly string[]> =>
  (await call('resolution.catalogue', { environment: name })).secrets.map(({ key }) => key);
const scopes = async ({ call }: Member, { name }: Place): Promise<readonly string[]> =>
  (await call('scopes.list')).scopes.filter((scope) => scope.includes(`${name}/`));
const variables = async ({ call }: Member, { name }: Place): Promise<readonly string[]> =>
  (await call('variables.list', { environment: name })).variables.map((one) => one.value);
/** Read by a new job. */
const read = async (other: Member, { name }: Place): Promise<unknown> => (await open(other, name)).value('K');
/** Read by the job that was opened through the other one. */
const readOn = ({ as }: Member, { job }: Place): Promise<unknown> =>
  as(job?.opened.jobToken)('jobs.read', { jobId: job?.opened.jobId ?? '', keys: ['K'] }).then(
    ({ secrets }) => secrets[0]?.status,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );
const opens = (other: Member, { name }: Place): Promise<string> => resultOf(open(other, name));
const opensInOwn = ({ as, owner }: Member, { name }: Place): Promise<string> =>
  resultOf(open({ as, call: as(owner, name) }, name));
const enters = ({ as }: Member, { secret }: Place): Promise<string> => resultOf(as(secret)('environments.list'));

export const changes = {
  'organizations.create': {
    arrange: async () => named(),
    ask: ({ as, owner }, { name }) => resultOf(as(owner, name)('environments.list')),
    change: ({ call }, { name }) => call('organizations.create', { name }),
    from: 'not_found',
    to: 'done',
  },
  'environments.create': {
    arrange: async () => named(),
    ask: ({ call }, { name }) => resultOf(call('environments.show', { environment: name })),
    change: ({ call }, { name }) => call('environments.create', { name }),
    from: 'not_found',
    to: 'done',
  },
  'environments.delete': {
    arrange: bound,
    ask: opens,
    change: ({ call }, { name }) => call('environments.delete', { environment: name }),
    from: 'done',
    to: 'not_found',
  },
  'bindings.add': {
    arrange: async (one) => {
      const place = named();
      await one.call('secrets.set', { scope: place.name, ...value('first') });
      await one.call('environments.create', { name: place.name });
      return place;
    },
    ask: keys,
    change: ({ call }, { name }) => call('bindings.add', { environment: name, scope: name }),
    from: [],
    to: ['K'],
  },
  'bindings.update': {
    arrange: bound,
    ask: keys,
    change: ({ call }, { name, id }) => call('bindings.update', { environment: name, id, prefix: 'P_' }),
    from: ['K'],
    to: ['P_K'],
  },
  'bindings.remove': {
    arrange: bound,
    ask: keys,
    change: ({ call }, { name, id }) => call('bindings.remove', { environment: name, id }),
    from: ['K'],
    to: [],
  },
  'secrets.set': {
    arrange: opened,
    ask: read,
    change: ({ call }, { name }) => call('secrets.set', { scope: name, ...value('second') }),
    from: 'first',
    to: 'second',
  },
  'secrets.import': {
    arrange: bound,
    ask: read,
    change: ({ call }, { name }) => call('secrets.import', { scope: name, entries: [value('imported')] }),
    from: 'first',
    to: 'imported',
  },
  'secrets.declare': {
    arrange: bound,
    ask: keys,
    change: ({ call }, { name }) => call('secrets.declare', { scope: name, key: 'DECLARED' }),
    from: ['K'],
    to: ['DECLARED', 'K'],
  },
  'secrets.delete': {
    arrange: opened,
    ask: readOn,
    change: ({ call }, { name }) => call('secrets.delete', { scope: name, key: 'K' }),
    from: 'sealed',
    to: 'unavailable',
  },
  'secrets.restore': {
    arrange: async (one) => {
      const place = await bound(one);
      await one.call('secrets.set', { scope: place.name, ...value('second') });
      return place;
    },
    ask: read,
    change: ({ call }, { name }) => call('secrets.restore', { scope: name, key: 'K', version: '1' }),
    from: 'second',
    to: 'first',
  },
  'scopes.create': {
    arrange: async () => named(),
    ask: scopes,
    change: ({ call }, { name }) => call('scopes.create', { scope: `${name}/made` }),
    from: [],
    to: [expect.stringContaining('/made')],
  },
  'scopes.rename': {
    arrange: bound,
    ask: scopes,
    change: ({ call }, { name }) => call('scopes.rename', { from: name, to: `${name}/moved` }),
    from: [],
    to: [expect.stringContaining('/moved')],
  },
  'scopes.delete': {
    arrange: async (one) => {
      const place = named();
      await one.call('scopes.create', { scope: `${place.name}/made` });
      return place;
    },
    ask: scopes,
    change: ({ call }, { name }) => call('scopes.delete', { scope: `${name}/made` }),
    from: [expect.stringContaining('/made')],
    to: [],
  },
  'variables.set': {
    arrange: bound,
    ask: variables,
    change: ({ call }, { name }) => call('variables.set', { environment: name, name: 'V', value: 'v' }),
    from: [],
    to: ['v'],
  },
  'variables.delete': {
    arrange: async (one) => {
      const place = await bound(one);
      await one.call('variables.set', { environment: place.name, name: 'V', value: 'v' });
      return place;
    },
    ask: variables,
    change: ({ call }, { name }) => call('variables.delete', { environment: name, name: 'V' }),
    from: ['v'],
    to: [],
  },
  'backends.add': {
    arrange: ofAllBackends,
    ask: opensInOwn,
    change: (one, place) => addBackend(one, place, 'wrong'),
    from: 'done',
    to: 'backend_unavailable',
  },
  'backends.update': {
    arrange: (one) => withBackend(one, 'right'),
    ask: opensInOwn,
    change: ({ as, owner }, { name }) =>
      as(owner, name)('backends.update', { name: 'memory', secretSettings: { password: base64('wrong') } }),
    from: 'done',
    to: 'backend_unavailable',
  },
  'backends.remove': {
    arrange: (one) => withBackend(one, 'wrong'),
    ask: opensInOwn,
    change: ({ as, owner }, { name }) => as(owner, name)('backends.remove', { name: 'memory' }),
    from: 'backend_unavailable',
    to: 'done',
  },
  'jobs.open': {
    arrange: bound,
    ask: async ({ call }, { name }) =>
      (await call('jobs.list')).jobs.filter(({ environment }) => environment === name).length,
    change: (one, { name }) => open(one, name),
    from: 0,
    to: 1,
  },
  'jobs.close': {
    arrange: opened,
    ask: readOn,
    change: (_, { job }) => job?.close() ?? Promise.reject(new TypeError('a job was opened')),
    from: 'sealed',
    to: 'session_ended',
  },
  'tokens.create': {
    arrange: async () => named(),
    ask: async ({ call }, { name }) => (await call('tokens.list')).tokens.filter((one) => one.name === name).length,
    change: ({ call }, { name }) => call('tokens.create', { name, role: 'author' }),
    from: 0,
    to: 1,
  },
  'tokens.revoke': {
    arrange: withToken,
    ask: enters,
    change: ({ call }, { id }) => call('tokens.revoke', { id }),
    from: 'done',
    to: 'unauthenticated',
  },
} satisfies Partial<Record<OperationId, Change>>;
