import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { openBaoLane, startOpenBao, type OpenBao } from './support/open-bao.ts';
import { fakeServer } from './support/server.ts';
import { transcribe, type Step } from './support/transcript.ts';

const get = (name: string, path: string): Step => ({ name, method: 'GET', path });
const post = (name: string, path: string, body: object): Step => ({ name, method: 'POST', path, body });
const remove = (name: string, path: string): Step => ({ name, method: 'DELETE', path });

const steps: readonly Step[] = [
  post('mount version 1', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } }),
  get('v1: never written', 'kv1/none'),
  get('v1: empty list', 'kv1/?list=true'),
  post('v1: write nothing', 'kv1/app', {}),
  post('v1: write', 'kv1/app', { TOKEN: 'value', number: 7, nested: { a: [true, null] } }),
  get('v1: read', 'kv1/app'),
  post('v1: write below', 'kv1/app/db', { TOKEN: 'value' }),
  get('v1: list', 'kv1/?list=true'),
  get('v1: list of a folder', 'kv1/app?list=true'),
  get('v1: a path of version 2', 'kv1/data/app'),
  remove('v1: delete', 'kv1/app'),
  remove('v1: delete again', 'kv1/app'),
  get('v2: never written', 'secret/data/none'),
  get('v2: subkeys of nothing', 'secret/subkeys/none'),
  get('v2: metadata of nothing', 'secret/metadata/none'),
  get('v2: empty list', 'secret/metadata/?list=true'),
  post('v2: write without data', 'secret/data/app', { options: {} }),
  post('v2: create', 'secret/data/app', { options: { cas: 0 }, data: { TOKEN: 'one', number: 7 } }),
  post('v2: create again', 'secret/data/app', { options: { cas: 0 }, data: { TOKEN: 'two' } }),
  post('v2: replace', 'secret/data/app', { options: { cas: 1 }, data: { TOKEN: 'two', nested: { a: 1 } } }),
  get('v2: read', 'secret/data/app'),
  get('v2: read a version', 'secret/data/app?version=1'),
  get('v2: a version that never was', 'secret/data/app?version=9'),
  get('v2: subkeys', 'secret/subkeys/app?depth=1'),
  get('v2: metadata', 'secret/metadata/app'),
  post('v2: empty fields', 'secret/data/empty', { data: {} }),
  get('v2: read empty fields', 'secret/data/empty'),
  get('v2: a path of version 1', 'secret/app'),
  post('v2: write below', 'secret/data/app/db', { data: { TOKEN: 'value' } }),
  get('v2: list', 'secret/metadata/?list=true'),
  remove('v2: delete', 'secret/data/app'),
  get('v2: read deleted', 'secret/data/app'),
  get('v2: subkeys of deleted', 'secret/subkeys/app?depth=1'),
  get('v2: the version before', 'secret/data/app?version=1'),
  post('v2: write over deleted as if new', 'secret/data/app', { options: { cas: 0 }, data: { TOKEN: 'x' } }),
  post('v2: destroy', 'secret/destroy/app', { versions: [2] }),
  get('v2: read destroyed', 'secret/data/app'),
  post('v2: write over destroyed', 'secret/data/app', { options: { cas: 2 }, data: { TOKEN: 'three' } }),
  get('v2: read again', 'secret/data/app'),
  remove('v2: remove for good', 'secret/metadata/app'),
  get('v2: read removed', 'secret/data/app'),
  post('v2: a name without a version', 'secret/metadata/named', {}),
  get('v2: read that name', 'secret/data/named'),
  get('v2: subkeys of that name', 'secret/subkeys/named?depth=1'),
  post('v2: first version of that name', 'secret/data/named', { options: { cas: 0 }, data: { TOKEN: 'x' } }),
  get('mount: version 2', 'sys/internal/ui/mounts/secret'),
  get('mount: none', 'sys/internal/ui/mounts/none'),
  get('no engine', 'none/data/app'),
  { name: 'no namespace', method: 'GET', path: 'secret/data/app', namespace: 'none' },
  { name: 'wrong token', method: 'GET', path: 'secret/data/app', token: 'wrong' },
  { name: 'wrong token looks itself up', method: 'GET', path: 'auth/token/lookup-self', token: 'wrong' },
  post('wrong role id', 'auth/approle/login', { role_id: 'wrong', secret_id: 'wrong' }),
  post('v2: a number beyond doubles', 'secret/data/number', { data: { big: JSON.rawJSON('12345678901234567890') } }),
  get('v2: read that number', 'secret/data/number'),
  post('v1: a number beyond doubles', 'kv1/number', { big: JSON.rawJSON('12345678901234567890') }),
  get('v1: read that number', 'kv1/number'),
  post('policy', 'sys/policies/acl/narrow', {
    policy:
      'path "secret/data/open/*" { capabilities = ["read"] }\npath "secret/data/open/shut" { capabilities = ["deny"] }',
  }),
  post('token', 'auth/token/create', { id: 'narrow', policies: ['narrow'], ttl: '60s' }),
  ...[
    'secret/data/open/none',
    'secret/data/open/shut',
    'secret/data/other',
    'secret/metadata/open/?list=true',
    'sys/internal/ui/mounts/secret',
    'sys/internal/ui/mounts/kv1',
    'kv1/app',
    'none/data/x',
  ].map((path): Step => ({ name: `narrow: ${path}`, method: 'GET', path, token: 'narrow' })),
  { name: 'narrow: write', method: 'POST', path: 'secret/data/open/none', body: { data: { A: '1' } }, token: 'narrow' },
  { name: 'narrow: revoke itself', method: 'POST', path: 'auth/token/revoke-self', body: {}, token: 'narrow' },
  { name: 'narrow: after that', method: 'GET', path: 'secret/data/open/none', token: 'narrow' },
];

/** Where the fake differs from OpenBao, and why that is fine. */
const explained: Readonly<Record<string, string>> = {
  'v2: metadata': 'OpenBao tells more, such as the times of the whole path; the adapter reads the versions',
  'v2: a path of version 1': 'OpenBao adds a sentence about its own command line; the adapter looks for the first one',
  'mount: version 2': "OpenBao tells more, such as the plugin's version; the adapter reads path, type and version",
  'narrow: sys/internal/ui/mounts/secret': 'as for the root token',
  'v2: read that number':
    'OpenBao itself rounds numbers on their way into version 2; the fake keeps them, as Vault does, so that the adapter can be seen to',
  token:
    'OpenBao adds the policy `default` and a warning about the chosen id; the fake lets every token look after itself',
};

describeLane({ describe, test: it }, openBaoLane, () =>
  describe('the fake', () => {
    let real: OpenBao;
    beforeAll(async () => {
      real = await startOpenBao();
    });
    afterAll(() => real.stop());

    it('answers as OpenBao does, apart from the differences that are explained', async () => {
      await real.upstream({
        method: 'POST',
        path: 'sys/auth/approle',
        query: new URLSearchParams(),
        token: real.rootToken,
        namespace: '',
        body: { type: 'approle' },
      });
      const [theirs, ours] = [await transcribe(real, steps), await transcribe(fakeServer(), steps)];
      const isExplained = ([name]: readonly [string, string]): boolean => Object.hasOwn(explained, name);
      const without = (lines: Readonly<Record<string, string>>): object =>
        Object.fromEntries(Object.entries(lines).filter((line) => !isExplained(line)));
      expect(without(ours)).toEqual(without(theirs));
      // An explanation that no longer applies must go.
      for (const name of Object.keys(explained)) expect(ours[name], name).not.toBe(theirs[name]);
    });
  }),
);
