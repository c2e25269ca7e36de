import { defaultHostPolicy, openBackend, type HostPolicy } from '@kici-dev/secret-federation';
import type { Harness, Provocations, Subject } from '../harness.ts';
import { testHost } from '../testing/test-host.ts';

/**
 * The same store behind the host, to run a backend's whole suite through it. The host is told of changes that bypass
 * it, as the orchestrator would tell it.
 */
export function throughHost(harness: Harness, policy: Partial<HostPolicy> = {}): Harness {
  return {
    ...harness,
    behindHost: true,
    async open() {
      const subject = await harness.open();
      const { backend } = subject;
      const hosted = openBackend(
        {
          type: 'under-test',
          title: 'Under test',
          summary: 'the backend under test',
          settings: {},
          capabilities: backend.capabilities,
          create: () => backend,
        },
        {},
        testHost(),
        { ...defaultHostPolicy, ...policy },
      );
      const telling =
        <A extends readonly unknown[], R>(verb: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
          const result = await verb(...args);
          hosted.invalidate();
          return result;
        };
      return {
        ...subject,
        backend: hosted,
        seed: telling((secret) => subject.seed(secret)),
        provoke: tellingVerbs(subject.provoke, telling),
        async dispose() {
          await hosted.close();
          await subject.dispose();
        },
      } satisfies Subject;
    },
  };
}

type Telling = <A extends readonly unknown[], R>(verb: (...args: A) => Promise<R>) => (...args: A) => Promise<R>;

function tellingVerbs(provoke: Provocations, telling: Telling): Provocations {
  const entries = Object.entries(provoke).map(
    ([name, verb]: [string, unknown]) =>
      [
        name,
        typeof verb === 'function' && name !== 'requestCount'
          ? telling(async (...args: unknown[]): Promise<unknown> => Reflect.apply(verb, provoke, args))
          : verb,
      ] as const,
  );
  return Object.fromEntries(entries);
}
