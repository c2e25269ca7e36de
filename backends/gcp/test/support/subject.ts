import { SecretValue, type SecretBackend, type Settings } from '@kici-dev/secret-backend';
import { gcpDefinition } from '../../index.ts';
import { goodToken, project, type RunningFake } from '../server/start.ts';
import { loopbackHost, type TestHostOptions } from './host.ts';

export type Transport = 'grpc' | 'rest';
export const transports: readonly Transport[] = ['grpc', 'rest'];

/** Settings as the host would pass them: validated, with defaults, secrets as values. */
export function settingsFor(fake: RunningFake, transport: Transport, changes: Settings = {}): Settings {
  const defaults = Object.fromEntries(
    Object.entries(gcpDefinition.settings).flatMap(([name, field]) =>
      'default' in field ? [[name, field.default]] : [],
    ),
  );
  return {
    ...defaults,
    project: project.id,
    transport,
    endpoint: fake.addresses[transport],
    'auth.method': 'token',
    'auth.token': SecretValue.fromText(goodToken),
    ...changes,
  };
}

export async function openBackend(
  fake: RunningFake,
  transport: Transport,
  changes: Settings = {},
  host: TestHostOptions = {},
): Promise<SecretBackend> {
  return gcpDefinition.create(settingsFor(fake, transport, changes), loopbackHost(host));
}
