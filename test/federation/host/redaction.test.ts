import { inspect } from 'node:util';
import { BackendError, SecretValue, unknown } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { context, hostScripted, lie, path, ref } from '../../support/scripted-backend.ts';

const canary = 'canary-8d51f2';
const policy = { attempts: 1, namesMaxAgeMs: 0 };

/** Everything that anybody could print of it. */
function printed(thing: unknown): string {
  const stack = thing instanceof Error ? `${thing.stack} ${thing.message}` : '';
  return `${String(thing)} ${stack} ${JSON.stringify(thing)} ${inspect(thing, { depth: 9, showHidden: true, getters: true })}`;
}

const thrown: Record<string, () => unknown> = {
  'an Error whose message holds a value': () => new Error(`could not parse ${canary}`),
  'an Error with a cause': () => new Error('failed', { cause: { body: canary } }),
  'an Error with properties': () =>
    Object.assign(new Error('failed'), { response: { headers: { authorization: canary } } }),
  'a text': () => canary,
  'a BackendError with a cause': () => Object.assign(new BackendError('server_error'), { cause: new Error(canary) }),
  'a BackendError with another message': () =>
    Object.defineProperty(new BackendError('server_error'), 'message', { value: canary }),
  'a BackendError with another stack': () =>
    Object.defineProperty(new BackendError('server_error'), 'stack', { value: canary }),
  'an object with the brand and a code that is none': () => ({
    [Symbol.for('@kici-dev/secret-backend/BackendError')]: true,
    code: canary,
    detail: canary,
  }),
  'an object whose properties throw': () => ({
    [Symbol.for('@kici-dev/secret-backend/BackendError')]: true,
    get code() {
      throw new Error(canary);
    },
  }),
  'an AggregateError': () => new AggregateError([new Error(canary)], canary),
};

describe('whatever an adapter throws is reduced to a code', () => {
  for (const [name, make] of Object.entries(thrown)) {
    const fail = (): Promise<never> => Promise.reject(lie<Error>(make()));
    const hosted = hostScripted(
      {
        // oxlint-disable-next-line require-yield
        list: async function* list() {
          throw make();
        },
        read: fail,
        write: fail,
        delete: fail,
        versions: fail,
        restore: fail,
        declare: fail,
        check: fail,
        scopes: { list: fail, create: fail, rename: fail, delete: fail },
      },
      { policy },
    );
    const value = SecretValue.fromText('other');
    const calls: Record<string, () => Promise<unknown> | undefined> = {
      list: () => hosted.listAged({ depth: 'tree' }, context()),
      check: () => hosted.check(context()),
      write: () => hosted.write?.({ ...ref('A'), value }, context()),
      delete: () => hosted.delete?.(ref('A'), context()),
      versions: () => hosted.versions?.(ref('A'), context()),
      restore: () => hosted.restore?.({ ...ref('A'), version: '1' }, context()),
      declare: () => hosted.declare?.(ref('A'), context()),
      'scopes.list': () => hosted.scopes?.list(context()),
      'scopes.create': () => hosted.scopes?.create(path('a'), context()),
      'scopes.rename': () => hosted.scopes?.rename(path('a'), path('b'), context()),
      'scopes.delete': () => hosted.scopes?.delete(path('a'), context()),
    };
    for (const [operation, call] of Object.entries(calls)) {
      it(`${name}, by ${operation}`, async () => {
        const error: unknown = await call()?.catch((caught: unknown) => caught);
        expect(BackendError.is(error)).toBe(true);
        expect(printed(error)).not.toContain(canary);
      });
    }

    it(`${name}, by read`, async () => {
      const outcomes = await hosted.read([ref('A')], context());
      expect(outcomes[0]?.status).toBe('unknown');
      expect(printed(outcomes)).not.toContain(canary);
    });

    it(`${name}, by create`, async () => {
      const broken = hostScripted(
        () => {
          throw make();
        },
        { policy },
      );
      const error: unknown = await broken.check(context()).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'misconfigured' });
      expect(printed(error)).not.toContain(canary);
    });

    it(`${name}, by close`, async () => {
      const logged: unknown[] = [];
      const closing = hostScripted({ close: fail }, { policy, host: { log: (...args) => logged.push(args) } });
      await closing.check(context());
      await closing.close();
      expect(logged).toHaveLength(1);
      expect(printed(logged)).not.toContain(canary);
    });
  }
});

describe("an adapter's own wording passes where it keeps the contract", () => {
  it('with its code and the time to wait', async () => {
    const hosted = hostScripted(
      { check: () => Promise.reject(new BackendError('sealed', { detail: 'vault is sealed', retryAfterMs: 60_000 })) },
      { policy },
    );
    await expect(hosted.check(context())).rejects.toMatchObject({
      code: 'sealed',
      detail: 'vault is sealed',
      retryAfterMs: 60_000,
    });
  });

  it('not when it holds a secret setting', async () => {
    const hosted = hostScripted(
      {
        read: async (refs) => refs.map(() => unknown('unauthenticated', `the token ${canary} was refused`)),
        check: () => Promise.reject(new BackendError('unauthenticated', { detail: `the token ${canary} was refused` })),
      },
      { policy, settings: { token: SecretValue.fromText(canary) } },
    );
    const error: unknown = await hosted.check(context()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unauthenticated', detail: undefined });
    expect(printed([error, await hosted.read([ref('A')], context())])).not.toContain(canary);
  });

  it('not when it holds the value that was to be written', async () => {
    const hosted = hostScripted(
      {
        write: ({ value }) => Promise.reject(new BackendError('too_large', { detail: `cannot store ${value.text()}` })),
      },
      { policy },
    );
    const error: unknown = await hosted
      .write?.({ ...ref('A'), value: SecretValue.fromText(canary) }, context())
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'too_large' });
    expect(printed(error)).not.toContain(canary);
  });

  it('shortened, and with nothing that acts on a terminal', async () => {
    const hosted = hostScripted(
      { check: () => Promise.reject(new BackendError('sealed', { detail: `\u001b[2J${'long'.repeat(200)}` })) },
      { policy },
    );
    const error: unknown = await hosted.check(context()).catch((caught: unknown) => caught);
    expect(BackendError.is(error) && error.detail).toMatch(/^\?\[2J(long)+$/);
    expect(BackendError.is(error) && error.detail?.length).toBe(300);
  });
});
