import type { SSM } from '@aws-sdk/client-ssm';
import { expectExplained } from '../../../aws/test/differential/explained.ts';
import { FakeSsm } from '../fake/fake-ssm.ts';
import { rawClient } from './subject.ts';

type Step = (client: SSM) => Promise<unknown>;

const put = (Name: string, Value: string, more: object = {}): Step => {
  const input = { Name, Value, Type: 'SecureString' as const, ...more };
  return (client) => client.putParameter(input);
};
const get =
  (Name: string): Step =>
  (client) =>
    client.getParameter({ Name, WithDecryption: true });
const list =
  (path: string, Option: 'Recursive' | 'OneLevel'): Step =>
  (client) =>
    client.describeParameters({ ParameterFilters: [{ Key: 'Path', Option, Values: [path] }], MaxResults: 50 });

/**
 * What the adapter relies on, request by request. Everything happens below one path, `/diff`, and what may be taken by
 * mistake below another.
 */
const steps: Readonly<Record<string, Step>> = {
  'a parameter is created': put('/diff/A', 'one'),
  'creating it again': put('/diff/A', 'other'),
  'overwriting it': put('/diff/A', 'two', { Overwrite: true }),
  'one of plain text': put('/diff/deep/B', 'plain', { Type: 'String' }),
  'an advanced one': put('/diff/LARGE', 'v'.repeat(8_192), { Tier: 'Advanced' }),
  'one that others follow': put('/odd/A', 'one'),
  'overwriting it as another type': put('/odd/A', 'x', { Overwrite: true, Type: 'String' }),
  'a value that is too large': put('/odd/C', 'v'.repeat(4_097)),
  'a value that is too large for an advanced one': put('/odd/D', 'v'.repeat(8_193), { Tier: 'Advanced' }),
  'a reserved name': put('/aws/diff', 'x'),
  'a reserved name without a path': put('aws-diff', 'x'),
  'a name with a space': put('/odd/a b', 'x'),
  'a name of too many levels': put(`/odd${'/x'.repeat(16)}`, 'x'),
  reading: get('/diff/A'),
  'reading without decryption': async (client) =>
    (await client.getParameter({ Name: '/diff/A' })).Parameter?.Value !== 'two',
  'reading the first version': get('/diff/A:1'),
  'reading a version that never was': get('/diff/A:9'),
  'reading a label that never was': get('/diff/A:none'),
  'reading what does not exist': get('/diff/none'),
  'reading some, with one that does not exist and one version': (client) =>
    client.getParameters({ Names: ['/diff/deep/B', '/diff/none', '/diff/A:1'], WithDecryption: true }),
  'reading eleven': (client) =>
    client.getParameters({ Names: Array.from({ length: 11 }, (_, index) => `/diff/${index}`) }),
  'a list of all below': list('/diff', 'Recursive'),
  'a list of one level': list('/diff', 'OneLevel'),
  'a list of nothing': list('/diff/none', 'Recursive'),
  'a page, and its next': async (client) => {
    const input = { ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/diff'] }], MaxResults: 2 };
    const first = await client.describeParameters(input);
    const second = await client.describeParameters({ ...input, NextToken: first.NextToken });
    return [first, second].map(({ Parameters, NextToken }) => [Parameters?.length, NextToken ? 'more' : 'end']);
  },
  'the versions': (client) => client.getParameterHistory({ Name: '/diff/A' }),
  'the versions of what does not exist': (client) => client.getParameterHistory({ Name: '/diff/none' }),
  'deleting it': (client) => client.deleteParameter({ Name: '/diff/A' }),
  'deleting what does not exist': (client) => client.deleteParameter({ Name: '/diff/A' }),
  'reading what was deleted': get('/diff/A'),
  'creating what was deleted': put('/diff/A', 'again'),
};

/** What differs from run to run, and what no adapter relies on. */
const ignored = new Set([
  '$metadata',
  'Tier',
  'ARN',
  'DataType',
  'KeyId',
  'LastModifiedUser',
  'Policies',
  'Description',
]);

/** Lists have no order of their own; dates and ciphertexts are only there or not. */
function normalForm(value: unknown): unknown {
  if (value instanceof Date) return 'a date';
  if (Array.isArray(value)) return value.map((item: unknown) => JSON.stringify(normalForm(item))).toSorted();
  if (typeof value !== 'object' || value === null) return value;
  const isVersion = 'Labels' in value;
  const members = Object.entries(value).filter(
    ([name, member]) => !ignored.has(name) && member !== undefined && !(isVersion && name === 'Value'),
  );
  return Object.fromEntries(members.toSorted(byName).map(([name, member]) => [name, normalForm(member)]));
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

/** What each step answered, or the name of its error. */
async function transcript(endpoint: string): Promise<ReadonlyMap<string, string>> {
  const client = rawClient(endpoint);
  const answers = new Map<string, string>();
  for (const [name, step] of Object.entries(steps)) {
    // oxlint-disable-next-line no-await-in-loop -- each finds what those before it have done
    const answer = await step(client).then(
      (value) => normalForm(value),
      (error: unknown) => (error instanceof Error ? `error ${error.name}` : 'error'),
    );
    answers.set(name, JSON.stringify(answer));
  }
  client.destroy();
  return answers;
}

const accepted = 'the emulators take it; the API reference refuses it';
/** The steps whose answers may differ, each with the reason: both emulators rest on one engine. */
const explained: Readonly<Record<string, string>> = {
  'overwriting it as another type': accepted,
  'a value that is too large': accepted,
  'a value that is too large for an advanced one': accepted,
  'a name with a space': accepted,
  'a name of too many levels': accepted,
  'reading the first version': 'the emulators leave out the Selector that the API model has',
  'reading some, with one that does not exist and one version': 'as above',
  'reading a label that never was':
    'the API reference has ParameterVersionNotFound for what follows the colon; the adapter works with either',
  'a page, and its next': 'the emulators have no pages in an answer to DescribeParameters with MaxResults below ten',
};

/** Sends the same requests to the fake and the server. What is explained differs, and all else is alike. */
export async function expectAlike(endpoint: string): Promise<void> {
  const fake = await FakeSsm.start();
  const [ours, theirs] = [await transcript(fake.endpoint), await transcript(endpoint)];
  await fake.stop();
  expectExplained(ours, theirs, explained);
}
