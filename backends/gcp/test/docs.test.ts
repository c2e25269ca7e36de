import { readFileSync } from 'node:fs';
import { SecretValue, type CallContext, type SecretBackend, type Settings } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { settingsTable } from '@kici-dev/secret-backend-conformance/testing';
import { gcpDefinition } from '../index.ts';
import { settingsSchema } from '../settings.ts';
import { serviceAccountJson, workloadIdentityJson } from './auth/credentials.ts';
import { add, text } from './support/store.ts';
import { context, inWords, openWorld, ref, scope } from './support/world.ts';

const page = readFileSync(new URL('../../../docs/backends/gcp.md', import.meta.url), 'utf8');

/** The permissions in the command under a heading. */
function permissionsUnder(heading: string): readonly string[] {
  const [, permissions] = new RegExp(`^### ${heading}$[^#]*?--permissions=(\\S+)`, 'm').exec(page) ?? [];
  if (permissions === undefined) throw new TypeError(`the page has no permissions under "${heading}"`);
  return permissions.split(',');
}

const gone = scope('gone');
const offScope = scope('off');

const entered: Readonly<Record<string, SecretValue>> = {
  'workload-identity': workloadIdentityJson({ file: '/run/token' }),
  'service-account': serviceAccountJson(),
  token: SecretValue.fromText('token'),
};

describe('docs/backends/gcp.md', () => {
  it('shows every setting as the schema has it', () => {
    const [, shown] = /<!-- settings -->\n([\s\S]*?)\n<!-- \/settings -->/.exec(page) ?? [];
    expect(shown).toBe(settingsTable(settingsSchema));
  });

  it('has commands whose settings make a backend', () => {
    const commands = [...page.matchAll(/^kici-admin backend add [^`]*?(?=\nkici-admin|\n```)/gm)].map(([command]) =>
      command.replaceAll('\\\n', ' '),
    );
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const plain: Settings = Object.fromEntries(
        [...command.matchAll(/--set ([A-Za-z.]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
      );
      const secret: Settings = Object.fromEntries(
        [...command.matchAll(/--secret ([A-Za-z.]+)/g)].map(([, name = '']) => [
          name,
          entered[String(plain['auth.method'])],
        ]),
      );
      for (const name of Object.keys({ ...plain, ...secret })) expect(Object.keys(settingsSchema)).toContain(name);
      expect(gcpDefinition.validate?.({ ...plain, ...secret })).toEqual([]);
    }
  });

  it('names every way of signing in, every layout and every naming', () => {
    for (const name of ['auth.method', 'layout', 'naming']) {
      const field = settingsSchema[name];
      for (const choice of field?.type === 'choice' ? field.choices : []) expect(page).toContain(`| \`${choice}\``);
    }
  });

  it.each(['secret-per-key', 'object-per-scope'])(
    'gives the permissions that %s needs, and no others',
    async (layout) => {
      const reading = permissionsUnder('Reading');
      const writing = permissionsUnder(`Writing, ${layout}`);
      const use = async (
        granted: readonly string[],
        operations: (backend: SecretBackend) => Promise<void>,
      ): Promise<Set<string>> => {
        await using world = await openWorld({ transport: 'grpc', settings: { layout } });
        const { model } = world.fake;
        const asked = new Set<string>();
        for (const value of ['one', 'two'])
          add(
            model,
            layout === 'secret-per-key' ? 'shop--K' : 'shop',
            layout === 'secret-per-key' ? value : `{"K":"${value}"}`,
          );
        add(model, layout === 'secret-per-key' ? 'shop--OFF' : 'off', '{}').state = 'DISABLED';
        model.denied.push((permission) => {
          asked.add(permission);
          return !granted.includes(permission);
        });
        await operations(world.backend);
        return asked;
      };
      expect(await use(reading, readEverything)).toEqual(new Set(reading));
      expect(
        await use([...reading, ...writing], async (backend) => {
          await readEverything(backend);
          await writeEverything(backend, context());
        }),
      ).toEqual(new Set([...reading, ...writing]));
    },
  );
});

async function readEverything(backend: SecretBackend): Promise<void> {
  for await (const { secrets } of backend.list({ depth: 'tree' }, context())) expect(secrets.length).toBeGreaterThan(0);
  expect(inWords((await backend.read([ref('K')], context()))[0])).toContain('found two');
  expect(inWords((await backend.read([ref('NONE')], context()))[0])).toBe('absent');
  const [missing, off] = await backend.read(
    [{ ...ref('K'), scope: gone }, backend.capabilities.binary ? ref('OFF') : { ...ref('K'), scope: offScope }],
    context(),
  );
  expect([inWords(missing), inWords(off)]).toEqual(['absent', 'unknown disabled']);
  expect(await backend.versions?.(ref('K'), context())).toHaveLength(2);
  await backend.check(context());
}

async function writeEverything(backend: SecretBackend, call: CallContext): Promise<void> {
  await backend.write?.({ ...ref('K'), value: text('new') }, call);
  await backend.write?.({ ...ref('K'), scope: gone, value: text('new') }, call);
  await backend.restore?.({ ...ref('K'), version: '1' }, call);
  await backend.delete?.(ref('K'), call);
}
