import {
  absent,
  BackendError,
  type CallContext,
  type ReadOutcome,
  type RecentWrites,
  type WriteReceipt,
} from '@kici-dev/secret-backend';
import type { Service } from '../service/service.ts';
import { accessVersion } from '../versions/access.ts';
import { addVersion } from '../versions/add.ts';
import { accessCurrent } from '../versions/current.ts';
import { listVersions } from '../versions/list.ts';
import { fieldOf, objectOf, withField, wrongShape, writeJsonObject, type JsonObject } from './json-object.ts';

/** Changes single fields of objects that the service can replace only as a whole. Rejects with a `BackendError`. */
export interface ObjectWriter {
  setField(id: string, key: string, text: string, context: CallContext): Promise<WriteReceipt>;
  /** False if the field did not exist. */
  removeField(id: string, key: string, context: CallContext): Promise<boolean>;
}

const maxAttempts = 5;

/** An object and its version; 0: there is none yet. */
interface Base {
  readonly object: JsonObject;
  readonly version: bigint;
}

/**
 * AddSecretVersion takes no precondition, so a change starts from the newest version, and its own number shows whether
 * somebody else was faster: numbers increase by one. If so, the change is repeated on theirs. Nothing is lost in the
 * end; in between, readers may see this change without theirs.
 */
export function createObjectWriter(service: Service, recent: RecentWrites): ObjectWriter {
  const queues = new Map<string, Promise<unknown>>();
  /** Within this instance, changes of one object wait for each other. */
  const inTurn = async <T>(id: string, change: () => Promise<T>): Promise<T> => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(change, change);
    queues.set(id, turn);
    try {
      return await turn;
    } finally {
      if (queues.get(id) === turn) queues.delete(id);
    }
  };
  const change = async (
    id: string,
    edit: (object: JsonObject) => JsonObject,
    context: CallContext,
    first: Base,
  ): Promise<WriteReceipt> => {
    let base = first;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const receipt = await addVersion(
        service,
        recent,
        id,
        new TextEncoder().encode(writeJsonObject(edit(base.object))),
        context,
      );
      const between = await lastBetween(service, id, base.version, BigInt(receipt.version), context);
      if (between.status === 'absent') return receipt;
      base = { object: objectIn(between), version: BigInt(receipt.version) };
    }
    throw new BackendError('conflict', {
      detail: 'other writers of the scope were faster on every attempt; write again',
    });
  };
  return {
    setField: (id, key, text, context) =>
      inTurn(id, async () =>
        change(id, (object) => withField(object, key, text), context, await newest(service, recent, id, context)),
      ),
    removeField: (id, key, context) =>
      inTurn(id, async () => {
        const base = await newest(service, recent, id, context);
        if (fieldOf(base.object, key).kind === 'missing') return false;
        await change(id, (object) => withField(object, key, undefined), context, base);
        return true;
      }),
  };
}

/** `latest` lags, but numbers do not, so versions after `latest` are looked up by number. */
async function newest(service: Service, recent: RecentWrites, id: string, context: CallContext): Promise<Base> {
  let outcome = requireState(await accessCurrent(service, recent, id, context));
  let version = await numberOf(service, id, outcome, context);
  for (;;) {
    const next = await accessVersion(service, id, String(version + 1n), context);
    if (next.status === 'absent') return { object: objectIn(outcome), version };
    outcome = requireState(next);
    version += 1n;
  }
}

/** @throws BackendError if the state could not be determined */
function requireState(outcome: ReadOutcome): ReadOutcome {
  if (outcome.status === 'unknown' && !['no_version', 'disabled', 'destroyed'].includes(outcome.code))
    throw new BackendError(outcome.code, outcome);
  return outcome;
}

async function numberOf(service: Service, id: string, outcome: ReadOutcome, context: CallContext): Promise<bigint> {
  if (outcome.status === 'found') return BigInt(outcome.version ?? 0);
  // A disabled or destroyed version keeps its number.
  return outcome.status === 'unknown' && outcome.code !== 'no_version'
    ? BigInt((await listVersions(service, id, context))[0]?.version ?? 0)
    : 0n;
}

/**
 * What somebody else wrote between two versions. Nothing remains of destroyed versions, and some numbers are never
 * used.
 */
async function lastBetween(
  service: Service,
  id: string,
  after: bigint,
  before: bigint,
  context: CallContext,
): Promise<ReadOutcome> {
  for (let number = before - 1n; number > after; number -= 1n) {
    const outcome = await accessVersion(service, id, String(number), context);
    if (outcome.status !== 'absent' && !(outcome.status === 'unknown' && outcome.code === 'destroyed')) return outcome;
  }
  return absent;
}

/** @throws BackendError if writing would lose what is there */
function objectIn(outcome: ReadOutcome): JsonObject {
  if (outcome.status === 'absent') return [];
  if (outcome.status === 'unknown') {
    if (outcome.code === 'no_version' || outcome.code === 'destroyed') return [];
    throw new BackendError(outcome.code, outcome);
  }
  const object = objectOf(outcome.value);
  if (object === undefined)
    throw new BackendError('wrong_shape', {
      reason: 'not_a_json_object',
      detail: `${wrongShape}; a write would replace it`,
    });
  return object;
}
