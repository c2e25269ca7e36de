import type { SecretBackend, Settings } from '@kici-dev/secret-backend';
import { onTestFinished } from 'vitest';
import { FakeAws, otherAccount } from '../fake/fake-aws.ts';
import type { StoredSecret } from '../fake/store.ts';
import { documentedPolicy } from './documents.ts';
import { textPayload } from './scene.ts';
import { openBackend } from './subject.ts';

export const layouts = ['secret-per-key', 'object-per-scope'] as const;

/** The documented policy, with the fake's identity in place of the example's. */
export const sharingPolicy = documentedPolicy('Resource policy of a shared secret').text.replace(
  'role/kici',
  'user/ci',
);

/** Creates a secret in the other account, which shares it. */
export function share(
  fake: FakeAws,
  name: string,
  text: string | undefined,
  policy: string | undefined = sharingPolicy,
): StoredSecret {
  const { secret } = fake.accounts.of(otherAccount).create(name, text === undefined ? undefined : textPayload(text));
  secret.kmsKeyId = 'arn:aws:kms:eu-central-1:444455556666:key/1';
  secret.policy = policy;
  return secret;
}

export interface SharedScene {
  readonly fake: FakeAws;
  readonly backend: SecretBackend;
}

/** A backend on its own fake, with the ARNs of the secrets put there. */
export async function openShared(
  settings: Settings,
  prepare: (fake: FakeAws) => readonly { readonly arn: string }[],
): Promise<SharedScene> {
  const fake = await FakeAws.start();
  const backend = await openBackend(fake.endpoint, {
    sharedSecrets: prepare(fake)
      .map(({ arn }) => arn)
      .join(' '),
    ...settings,
  });
  onTestFinished(async () => {
    await backend.close();
    await fake.stop();
  });
  return { fake, backend };
}
