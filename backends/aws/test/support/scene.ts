import type { BackendHost, CallContext, SecretBackend, Settings } from '@kici-dev/secret-backend';
import { callContext } from '@kici-dev/secret-backend-conformance/testing';
import { onTestFinished } from 'vitest';
import { FakeAws } from '../fake/fake-aws.ts';
import { openBackend } from './subject.ts';

export { listAll, readAll, ref, say, toValue as value } from '@kici-dev/secret-backend-conformance/testing';

export interface Scene {
  readonly fake: FakeAws;
  readonly backend: SecretBackend;
}

/** A backend on its own fake; both end with the test. */
export async function openScene(settings: Settings = {}, host?: BackendHost): Promise<Scene> {
  const fake = await FakeAws.start();
  const backend = await openBackend(fake.endpoint, settings, host);
  onTestFinished(async () => {
    await backend.close();
    await fake.stop();
  });
  return { fake, backend };
}

export const context = (timeoutMs = 10_000): CallContext => callContext({ timeoutMs });

export function textPayload(text: string): { text: string; binary: undefined } {
  return { text, binary: undefined };
}
