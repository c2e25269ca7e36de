import { BackendError, SecretValue, unknown, type FailureReason, type SecretBackend } from '@kici-dev/secret-backend';
import { openBackend, defaultHostPolicy } from '@kici-dev/secret-federation';
import { describe, expect, it, vi } from 'vitest';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { context, hostScripted, lie, path, ref, scriptedBackend } from '../../support/scripted-backend.ts';

const policy = { attempts: 1, namesMaxAgeMs: 0 };
const value = SecretValue.fromText('value');

async function caught(call: Promise<unknown> | undefined): Promise<BackendError> {
  const error: unknown = await call?.catch((thrown: unknown) => thrown);
  if (!BackendError.is(error)) throw new TypeError('the call did not fail as it should');
  return error;
}

describe('the reason of a failure', () => {
  it('passes the host, where it goes with the code', async () => {
    const hosted = hostScripted(
      { check: () => Promise.reject(new BackendError('unreachable', { reason: 'certificate_expired' })) },
      { policy },
    );
    expect(await caught(hosted.check(context()))).toMatchObject({ code: 'unreachable', reason: 'certificate_expired' });
    expect(hosted.health()).toMatchObject({ failure: 'unreachable', reason: 'certificate_expired' });
  });

  it.each([
    ['a text that is no reason', 'sealed', 'canary'],
    ['a reason of another code', 'throttled', 'certificate_expired'],
    ['a reason that only the system can know', 'bad_answer', 'contract_broken'],
    ['a prototype name', 'sealed', 'toString'],
  ] as const)('is dropped: %s', async (_, code, reason) => {
    const failure = { code, reason: lie<FailureReason>(reason) };
    const hosted = hostScripted(
      {
        check: () => Promise.reject(Object.assign(new BackendError(code), failure)),
        read: async (refs) => refs.map(() => ({ status: 'unknown', ...failure })),
        list: async function* list() {
          yield { secrets: [], unlisted: [{ scope: path('a'), ...failure }] };
        },
      },
      { policy },
    );
    expect(await caught(hosted.check(context()))).toMatchObject({ code, reason: undefined });
    expect(await hosted.read([ref('A')], context())).toEqual([{ status: 'unknown', code }]);
    expect((await hosted.listAged({ depth: 'tree' }, context())).unlisted).toEqual([{ scope: 'a', code }]);
  });

  it('names a setting of the type, and nothing else', async () => {
    const about = async (name: string): Promise<string | undefined> => {
      const backend = scriptedBackend({
        check: () => Promise.reject(new BackendError('misconfigured', { reason: 'setting_wrong', about: name })),
      });
      const field = { type: 'string', description: 'a', example: 'a' } as const;
      const definition = {
        type: 'scripted',
        title: 'Scripted',
        summary: 'does what a test says',
        settings: { 'tls.ca': field, mount: field },
        capabilities: backend.capabilities,
        create: () => backend,
      };
      const hosted = openBackend(definition, {}, testHost(), { ...defaultHostPolicy, ...policy });
      return (await caught(hosted.check(context()))).about;
    };
    expect(await about('tls.ca')).toBe('tls.ca');
    expect(await about('mount, tls.ca')).toBe('mount, tls.ca');
    expect(await about('canary')).toBeUndefined();
    expect(await about('mount, canary')).toBeUndefined();
  });

  it('names the secret that has the wrong shape', async () => {
    const hosted = hostScripted(
      {
        read: async () => [
          unknown('wrong_shape', undefined, 'field_not_text'),
          { ...unknown('wrong_shape', undefined, 'not_a_json_object'), about: 'canary' },
        ],
        write: () => Promise.reject(new BackendError('wrong_shape', { reason: 'not_a_json_object' })),
        list: async function* list() {
          yield {
            secrets: [{ scope: path('a'), key: 'K', problem: 'wrong_shape', reason: 'field_not_text' }],
            unlisted: [
              { scope: path('b'), depth: 'scope', code: 'wrong_shape', reason: 'not_a_json_object', version: '3' },
            ],
          };
        },
      },
      { policy },
    );
    expect(await hosted.read([ref('A', 'apps/shop'), ref('B', 'apps')], context())).toMatchObject([
      { about: 'apps/shop/A' },
      { about: 'apps' },
    ]);
    expect(await caught(hosted.write?.({ ...ref('A', 'apps/shop'), value }, context()))).toMatchObject({
      code: 'wrong_shape',
      about: 'apps/shop',
    });
    expect(await hosted.listAged({ depth: 'tree' }, context())).toMatchObject({
      secrets: [{ problem: 'wrong_shape', reason: 'field_not_text' }],
      unlisted: [{ depth: 'scope', reason: 'not_a_json_object', about: 'b', version: '3' }],
    });
  });

  it('says which right was refused, also for an adapter that does not', async () => {
    const refuse = (): Promise<never> => Promise.reject(new BackendError('permission_denied'));
    const hosted = hostScripted(
      {
        // oxlint-disable-next-line require-yield
        list: async function* list() {
          throw new BackendError('permission_denied');
        },
        read: async (refs) => refs.map(() => unknown('permission_denied')),
        write: refuse,
        delete: refuse,
        versions: refuse,
        check: () => Promise.reject(new BackendError('permission_denied', { reason: 'read_refused' })),
      },
      { policy },
    );
    expect(await caught(hosted.listAged({ depth: 'tree' }, context()))).toMatchObject({ reason: 'list_refused' });
    expect(await hosted.read([ref('A')], context())).toMatchObject([{ reason: 'read_refused' }]);
    expect(await caught(hosted.versions?.(ref('A'), context()))).toMatchObject({ reason: 'read_refused' });
    expect(await caught(hosted.write?.({ ...ref('A'), value }, context()))).toMatchObject({ reason: 'write_refused' });
    expect(await caught(hosted.delete?.(ref('A'), context()))).toMatchObject({ reason: 'write_refused' });
    expect(await caught(hosted.check(context()))).toMatchObject({ reason: 'read_refused' });
  });

  it('stays known while the breaker is open', async () => {
    const hosted = hostScripted(
      { check: () => Promise.reject(new BackendError('sealed')), read: () => Promise.reject(refused()) },
      { policy },
    );
    for (let calls = 0; calls < 5; calls += 1) await hosted.read([ref('A')], context());
    expect(await hosted.read([ref('A')], context())).toEqual([
      { status: 'unknown', code: 'circuit_open', reason: 'connection_refused' },
    ]);
    expect(hosted.health()).toMatchObject({
      breaker: 'open',
      failure: 'unreachable',
      reason: 'connection_refused',
      lastFailure: { code: 'unreachable', reason: 'connection_refused' },
    });
  });
});

function refused(): BackendError {
  return new BackendError('unreachable', { reason: 'connection_refused' });
}

describe('an adapter that breaks the contract', () => {
  const canary = 'canary-4417';
  class ParserError extends Error {}

  async function logged(script: Partial<SecretBackend> | (() => SecretBackend)): Promise<unknown[][]> {
    const log = vi.fn();
    const hosted = hostScripted(script, { policy, host: { log } });
    await hosted.read([ref('A'), ref('B')], context());
    await hosted.listAged({ scope: path('apps'), depth: 'tree' }, context()).catch(() => undefined);
    return log.mock.calls;
  }

  it.each<[string, Partial<SecretBackend>, string, string]>([
    ['too few outcomes', { read: async () => [] }, 'read', 'answered 2 refs with 0 outcomes'],
    ['no outcome', { read: async () => [lie('found'), lie(7)] }, 'read', 'something that is not an outcome'],
    [
      'another failure code',
      { read: async (refs) => refs.map(() => ({ status: 'unknown', code: lie(canary) })) },
      'read',
      'a failure code that does not exist',
    ],
    [
      'names that nobody asked for',
      {
        list: async function* list() {
          yield { secrets: [{ scope: path('other'), key: 'K' }] };
        },
      },
      'list',
      'the list names the scope "other", which was not asked for',
    ],
    [
      'an error of its own',
      { read: () => Promise.reject(new ParserError(`${canary}\n    at ${canary} (${canary}:1:1)`)) },
      'read',
      'a value of the kind ParserError',
    ],
  ])('is told of in the log, with how: %s', async (_, script, operation, problem) => {
    const lines = await logged(script);
    expect(lines).toContainEqual([
      'warn',
      'the adapter broke the contract',
      expect.objectContaining({ operation, problem: expect.stringContaining(problem) }),
    ]);
    expect(JSON.stringify(lines)).not.toContain(canary);
  });

  it('while it makes an instance', async () => {
    const lines = await logged(() => lie({ list: 1 }));
    expect(lines[0]).toMatchObject([
      'warn',
      'the adapter broke the contract',
      { problem: expect.stringContaining('method list') },
    ]);
    const thrown = await logged(() => {
      throw new ParserError(canary);
    });
    expect(thrown[0]?.[2]).toMatchObject({
      problem: expect.stringContaining('ParserError'),
      trail: expect.stringMatching(/^ParserError\n    at .*reasons\.test\.ts:\d+:\d+\)/),
    });
    expect(JSON.stringify(thrown)).not.toContain(canary);
  });

  it('is told apart from a service whose answer makes no sense', async () => {
    const hosted = hostScripted(
      { check: () => Promise.reject(new BackendError('bad_answer')), read: async () => [] },
      { policy },
    );
    expect(await caught(hosted.check(context()))).toMatchObject({ code: 'bad_answer', reason: undefined });
    expect(await hosted.read([ref('A')], context())).toMatchObject([{ code: 'bad_answer', reason: 'contract_broken' }]);
  });
});
