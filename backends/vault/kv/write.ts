import { randomUUID } from 'node:crypto';
import {
  absent,
  BackendError,
  type CallContext,
  type DeleteReceipt,
  type ScopePath,
  type SecretRef,
  type SecretWrite,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import { capabilities } from '../capabilities.ts';
import { failureOf, speaksOf } from '../vault-error.ts';
import { isRecord, member, memberCount, memberText, type JsonRecord } from '../wire/json.ts';
import { readEntry, type Entry } from './entry.ts';
import { outcomeOf } from './fields.ts';
import { pathOf } from './path.ts';
import type { Service } from './service.ts';

const maxAttempts = 20;

/** Sets one field of a path and leaves the others alone. */
export async function write(service: Service, entry: SecretWrite, context: CallContext): Promise<WriteReceipt> {
  const { scope, key, value, expectedVersion } = entry;
  if (value.byteLength > capabilities.maxValueBytes)
    throw new BackendError('too_large', {
      detail: `a value has at most ${capabilities.maxValueBytes} bytes, and this one has ${value.byteLength}`,
    });
  const text = value.text();
  if (text === undefined)
    throw new BackendError('unsupported', { detail: 'the value is not UTF-8, and a field in Vault holds only text' });
  if (key === '' || key.length > 512)
    throw new BackendError('invalid_argument', { detail: 'the name of a field has 1 to 512 characters' });
  const receipt = await change(service, scope, expectedVersion !== undefined, context, (current) => {
    if (expectedVersion !== undefined && !isExpected(current, key, expectedVersion))
      throw new BackendError('conflict', { detail: `the current version of ${scope} is not the expected one` });
    return { ...fieldsOf(current), [key]: text };
  });
  // KV version 1 has no versions, so this name only distinguishes the write from others.
  return receipt ?? { version: `write-${randomUUID()}` };
}

/** The path stays, without the field: deleting the path's version would remove its other fields. */
export async function remove(
  service: Service,
  { scope, key }: SecretRef,
  context: CallContext,
): Promise<DeleteReceipt> {
  let existed = true;
  await change(service, scope, false, context, (current) => {
    if (current.state === 'deleted' || current.state === 'destroyed') throw new BackendError(current.state);
    existed = outcomeOf(current, key) !== absent;
    return existed ? Object.fromEntries(Object.entries(fieldsOf(current)).filter(([name]) => name !== key)) : undefined;
  });
  return { existed };
}

export async function restore(
  service: Service,
  { scope, key, version }: Required<SecretRef>,
  context: CallContext,
): Promise<WriteReceipt> {
  const outcome = outcomeOf(await readEntry(service, scope, version, context), key);
  if (outcome.status === 'found') return write(service, { scope, key, value: outcome.value }, context);
  throw outcome.status === 'absent'
    ? new BackendError('not_found', { detail: `version ${version} of ${scope} has no field of this name` })
    : new BackendError(outcome.code);
}

/**
 * Reads, edits and writes a path. Version 2 accepts the write only if nobody wrote in between; the edit is then
 * repeated, unless the caller set a condition. Version 1 has no such check: another program's write in between is lost.
 */
async function change(
  service: Service,
  scope: ScopePath,
  isConditional: boolean,
  context: CallContext,
  edit: (current: Entry) => JsonRecord | undefined,
): Promise<WriteReceipt | undefined> {
  const kvVersion = await service.kvVersion(context);
  const path = pathOf(service.config, kvVersion, 'data', scope);
  return service.alone(scope, context, async () => {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const current = await readEntry(service, scope, undefined, context);
      const fields = edit(current);
      if (fields === undefined) return undefined;
      const isEmpty = Object.keys(fields).length === 0;
      const answer = await service.send(
        kvVersion === 2
          ? {
              method: 'POST',
              path,
              body: { options: { cas: current.state === 'never' ? 0 : current.version }, data: fields },
            }
          : // Version 1 does not accept an empty path.
            isEmpty
            ? { method: 'DELETE', path }
            : { method: 'POST', path, body: fields },
        context,
      );
      if (kvVersion === 1 && (answer.status === 204 || (answer.status === 200 && isRecord(answer.body))))
        return undefined;
      const written = receiptOf(answer.status === 200 ? member(answer.body, 'data') : undefined);
      if (written !== undefined) return written;
      const isConflict = answer.status === 400 && speaksOf(answer, 'check-and-set parameter did not match');
      if (!isConflict) throw failureOf(answer);
      if (isConditional) break;
    }
    throw new BackendError('conflict', { detail: `${scope} was changed by others in the meantime` });
  });
}

function receiptOf(data: unknown): WriteReceipt | undefined {
  const version = memberCount(data, 'version');
  const updatedAt = memberText(data, 'created_time');
  return version === undefined
    ? undefined
    : { version: String(version), ...(updatedAt !== undefined && { updatedAt }) };
}

function fieldsOf(entry: Entry): JsonRecord {
  return entry.state === 'present' ? entry.fields : {};
}

/** A deleted version is not nothing: `null` requires that the field never existed. */
function isExpected(current: Entry, key: string, expected: string | null): boolean {
  if (current.state === 'never') return expected === null;
  const exists = current.state !== 'present' || Object.hasOwn(current.fields, key);
  return expected === null ? !exists : exists && String(current.version) === expected;
}
