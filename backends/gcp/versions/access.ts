import { absent, found, SecretValue, unknown, type CallContext, type ReadOutcome } from '@kici-dev/secret-backend';
import { versionOf } from '../names/resource.ts';
import type { ServiceFailure } from '../service/service-failure.ts';
import { toNumber } from '../service/int64.ts';
import type { Service } from '../service/service.ts';
import { crc32c } from './crc32c.ts';

/**
 * The value of one version, by number or as `latest`. The service's `latest` is the newest version in any state, so a
 * disabled or destroyed one hides the older ones, which are never served in its place.
 */
export async function accessVersion(
  service: Service,
  id: string,
  version: string,
  context: CallContext,
): Promise<ReadOutcome> {
  const name = service.resources.version(id, version);
  const answer = await service.call('AccessSecretVersion', context, (client, options) =>
    client.accessSecretVersion({ name }, options),
  );
  if (answer.ok) return verify(answer.value, id, version);
  const { status } = answer.failure;
  // A number that does not exist is proven absent; for `latest`, only the secret shows whether it or just the version
  // is missing.
  if (status === 'NOT_FOUND') return version === 'latest' ? whyNoLatest(service, id, context) : absent;
  if (status === 'FAILED_PRECONDITION') return whyNotReadable(service, name, context);
  return answer.failure.error.toOutcome();
}

interface Accessed {
  readonly name?: string | null;
  readonly payload?: { readonly data?: Uint8Array | string | null; readonly dataCrc32c?: unknown } | null;
}

function verify({ name, payload }: Accessed, id: string, asked: string): ReadOutcome {
  const version = versionOf(name, id);
  if (version === undefined || (asked !== 'latest' && version !== asked))
    return unknown('bad_answer', 'Secret Manager answered AccessSecretVersion without the version that was asked for');
  const data =
    typeof payload?.data === 'string' ? Buffer.from(payload.data, 'base64') : (payload?.data ?? new Uint8Array());
  // The service accepts no empty values, so it cannot return one.
  if (data.byteLength === 0 || payload == null)
    return unknown('bad_answer', 'Secret Manager answered AccessSecretVersion without a payload');
  // Versions from before the service kept checksums have none.
  if (payload.dataCrc32c != null && toNumber(payload.dataCrc32c) !== crc32c(data)) {
    return unknown('corrupt', `version ${version} does not have the checksum that the service keeps for it`);
  }
  return found(SecretValue.fromBytes(data), version);
}

async function whyNoLatest(service: Service, id: string, context: CallContext): Promise<ReadOutcome> {
  const name = service.resources.secret(id);
  const answer = await service.call('GetSecret', context, (client, options) => client.getSecret({ name }, options));
  if (answer.ok) return unknown('no_version');
  return answer.failure.status === 'NOT_FOUND'
    ? absent
    : undecided(
        answer.failure,
        'there is no value; without secretmanager.secrets.get it is not known whether there is a secret',
      );
}

async function whyNotReadable(service: Service, name: string, context: CallContext): Promise<ReadOutcome> {
  const answer = await service.call('GetSecretVersion', context, (client, options) =>
    client.getSecretVersion({ name }, options),
  );
  if (!answer.ok)
    return undecided(
      answer.failure,
      'the version is disabled or destroyed; without secretmanager.versions.get it is not known which',
    );
  const state = stateOf(answer.value.state);
  if (state === 'DISABLED') return unknown('disabled');
  if (state === 'DESTROYED') return unknown('destroyed');
  return unknown(
    'decryption_failed',
    'the version is enabled but cannot be accessed; its encryption key may be disabled or out of reach',
  );
}

/** The question stays open, for a reason of its own. */
function undecided({ error }: ServiceFailure, detail: string): ReadOutcome {
  return { ...error.toOutcome(), detail: `${detail} (${error.detail ?? error.code})` };
}

const states = ['STATE_UNSPECIFIED', 'ENABLED', 'DISABLED', 'DESTROYED'];

/** By name in gRPC, by name or number in REST. */
export function stateOf(state: unknown): string {
  return typeof state === 'number' ? (states[state] ?? 'STATE_UNSPECIFIED') : String(state);
}
