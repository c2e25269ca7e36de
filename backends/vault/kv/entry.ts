import { BackendError, wrongSetting, type CallContext, type ScopePath } from '@kici-dev/secret-backend';
import { failureOf, isNothing, speaksOf, versionedPathWarning } from '../vault-error.ts';
import type { VaultAnswer } from '../wire/answer.ts';
import { isRecord, member, memberCount, memberText, type JsonRecord } from '../wire/json.ts';
import { pathOf } from './path.ts';
import type { Service } from './service.ts';

/** What a path holds. */
export type Entry =
  | { readonly state: 'present'; readonly fields: JsonRecord; readonly version?: number; readonly createdAt?: string }
  /** The version exists without its fields; another version is never read instead. */
  | { readonly state: 'deleted' | 'destroyed'; readonly version: number; readonly createdAt?: string }
  | { readonly state: 'never' };

/** @throws BackendError */
export async function readEntry(
  service: Service,
  scope: ScopePath,
  pin: string | undefined,
  context: CallContext,
): Promise<Entry> {
  const version = await service.kvVersion(context);
  if (pin !== undefined && version === 1)
    throw new BackendError('unsupported', { detail: 'KV version 1 keeps no versions' });
  if (pin !== undefined && !/^[1-9]\d{0,14}$/.test(pin))
    throw new BackendError('invalid_argument', { detail: 'a version of Vault is a positive whole number' });
  const path = pathOf(service.config, version, 'data', scope);
  const answer = await service.send(
    { method: 'GET', path: pin === undefined ? path : `${path}?version=${pin}` },
    context,
  );
  if (version === 1) return parseUnversioned(service, answer, context);
  return requirePinned(await parseEntry(service, answer, 'data', context), pin);
}

/** The names of the fields, without their values. @throws BackendError */
export async function readSubkeys(
  service: Service,
  scope: ScopePath,
  pin: string | undefined,
  context: CallContext,
): Promise<Entry> {
  const path = `${pathOf(service.config, 2, 'subkeys', scope)}?depth=1`;
  const answer = await service.send(
    { method: 'GET', path: pin === undefined ? path : `${path}&version=${pin}` },
    context,
  );
  if (speaksOf(answer, versionedPathWarning))
    throw wrongSetting(
      'listing',
      'the server does not have subkeys, which came with Vault 1.10: set listing to auto or values',
    );
  return requirePinned(await parseEntry(service, answer, 'subkeys', context), pin);
}

/** A proxy on the way may answer by the path alone. */
function requirePinned(entry: Entry, pin: string | undefined): Entry {
  if (pin !== undefined && entry.state !== 'never' && String(entry.version) !== pin)
    throw new BackendError('bad_answer', {
      detail: `version ${pin} was requested, but version ${entry.version} came back`,
    });
  return entry;
}

async function parseUnversioned(service: Service, answer: VaultAnswer, context: CallContext): Promise<Entry> {
  if (isNothing(answer)) {
    await service.requireVersion(1, context);
    return { state: 'never' };
  }
  const fields = member(answer.body, 'data');
  if (answer.status !== 200 || !isRecord(fields)) throw failureOf(answer);
  return { state: 'present', fields };
}

/** A deleted version is a 404 with a body; its metadata says what happened. */
async function parseEntry(
  service: Service,
  answer: VaultAnswer,
  part: 'data' | 'subkeys',
  context: CallContext,
): Promise<Entry> {
  if (isNothing(answer)) {
    await service.requireVersion(2, context);
    return { state: 'never' };
  }
  const data = member(answer.body, 'data');
  const metadata = member(data, 'metadata');
  const version = memberCount(metadata, 'version');
  if ((answer.status !== 200 && answer.status !== 404) || version === undefined) throw failureOf(answer);
  const fields = member(data, part);
  const createdAt = memberText(metadata, 'created_time');
  const facts = { version, ...(createdAt !== undefined && { createdAt }) };
  // A deletion time may lie ahead: what counts is whether there are fields.
  if (answer.status === 200 && isRecord(fields)) return { state: 'present', fields, ...facts };
  if (member(metadata, 'destroyed') === true) return { state: 'destroyed', ...facts };
  if ((memberText(metadata, 'deletion_time') ?? '') !== '') return { state: 'deleted', ...facts };
  throw new BackendError('bad_answer', {
    detail: 'the server returned a version that has no fields but is neither deleted nor destroyed',
  });
}
