import {
  absent,
  BackendError,
  type FailureCode,
  type ReadOutcome,
  type UnknownOutcome,
} from '@kici-dev/secret-backend';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import { lie } from '../../support/scripted-backend.ts';
import { changedReads, type Liar } from './liar.ts';

const absentOn = (code: FailureCode, length: number): Liar['tell'] =>
  changedReads((outcome, _, { refs, outcomes }) =>
    refs.length === length && outcomes.every((other) => other.status === 'unknown' && other.code === code)
      ? absent
      : outcome,
  );

const wrongRefusals: readonly (readonly [string, Partial<UnknownOutcome>])[] = [
  ['gives a reason of its own for a refusal', { reason: lie('because it was refused') }],
  ['gives a reason that does not go with a refusal', { reason: 'certificate_expired' }],
  ['tells what a refusal is about in words of its own', { reason: 'read_refused', about: 'the policy of shop' }],
  ['carries more in a refusal than the contract has', lie({ policy: 'shop' })],
];

export const faultLiars: readonly Liar[] = [
  { lie: 'answers absent on a timeout', caught: 'fault.hang.read', tell: absentOn('timeout', 1) },
  {
    lie: 'answers absent for a batch when the service fails',
    caught: 'fault.server_error.batch',
    tell: absentOn('server_error', 2),
  },
  {
    lie: 'answers absent when it has to sign in again',
    caught: 'fault.expire.read',
    tell: absentOn('unauthenticated', 1),
  },
  { lie: 'answers absent when it is throttled', caught: 'fault.throttle.read', tell: absentOn('throttled', 1) },
  {
    lie: 'answers absent when the service refuses',
    caught: 'fault.deny.read',
    tell: (honest) =>
      changedReads(async (outcome, _, { refs }, context) => {
        if (refs.length !== 1 || outcome.status !== 'unknown' || outcome.code !== 'permission_denied') return outcome;
        // Only if everything is refused: refusing one secret belongs to another case.
        return honest.check(context).then(
          () => outcome,
          () => absent,
        );
      })(honest),
  },
  {
    lie: 'answers absent for what a batch leaves out',
    caught: 'fault.partial_batch.batch',
    tell: changedReads((outcome, _, { outcomes }) =>
      outcome.status === 'unknown' && outcome.code === 'bad_answer' && outcomes.some(({ status }) => status === 'found')
        ? absent
        : outcome,
    ),
  },
  {
    lie: 'answers absent when the answer is a flood',
    caught: 'fault.flood.read',
    tell: changedReads((outcome, _, { refs }) => (refs.length === 1 && isMet(outcome, 'flood') ? absent : outcome)),
  },
  {
    lie: 'holds up the process with an answer in many parts',
    caught: 'holding.swarm',
    tell(honest) {
      // Only when calls follow each other: concurrent cases would all wait.
      let met = false;
      return {
        async read(refs, context) {
          const outcomes = await honest.read(refs, context);
          met ||= outcomes.some((outcome) => isMet(outcome, 'swarm'));
          return outcomes;
        },
        async check(context) {
          if (met) workFor(600);
          return honest.check(context);
        },
      };
    },
  },
  {
    lie: 'cannot read right after an answer that was far too large',
    caught: 'recovery.flood',
    tell: onceAfter('flood', { status: 'unknown', code: 'unreachable' }),
  },
  {
    lie: 'states a pause after which it still cannot read',
    caught: 'recovery.swarm',
    tell: onceAfter('swarm', { status: 'unknown', code: 'unreachable', retryAfterMs: 1 }, 2),
  },
  {
    lie: 'rejects a read instead of answering unknown',
    caught: 'fault.server_error.read',
    tell: changedReads((outcome, _, { refs }) => {
      if (refs.length === 1 && outcome.status === 'unknown' && outcome.code === 'server_error')
        throw new BackendError('server_error');
      return outcome;
    }),
  },
  {
    lie: 'calls a broken connection a refusal',
    caught: 'fault.reset.read',
    tell: changedReads((outcome, _, { refs }) =>
      refs.length === 1 && outcome.status === 'unknown' && outcome.code === 'unreachable'
        ? { status: 'unknown', code: 'permission_denied' }
        : outcome,
    ),
  },
  {
    lie: 'acknowledges a write that was throttled',
    caught: 'fault.throttle.write',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(entry, context).catch((error: unknown) => onCode(error, 'throttled', { version: '999' })),
    }),
  },
  {
    lie: 'reports a deletion for which its credentials had expired',
    caught: 'fault.expire.delete',
    tell: (honest) => ({
      delete: (ref, context) =>
        honest.delete(ref, context).catch((error: unknown) => onCode(error, 'unauthenticated', { existed: true })),
    }),
  },
  {
    lie: 'is healthy with credentials that are refused',
    caught: 'fault.deny.check',
    tell: (honest) => ({
      check: (context) => honest.check(context).catch((error: unknown) => onCode(error, 'permission_denied', {})),
    }),
  },
  {
    lie: 'rejects with an error of its own kind',
    caught: 'fault.reset.check',
    tell: (honest) => ({
      check: (context) =>
        honest.check(context).catch((error: unknown) => {
          throw BackendError.is(error) && error.code === 'unreachable' ? new Error('socket hang up') : error;
        }),
    }),
  },
  {
    lie: 'shows the value in the message of a broken write',
    caught: 'leaks.fault.reset',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(entry, context).catch((error: unknown) => {
          throw BackendError.is(error) && error.code === 'unreachable'
            ? new BackendError('unreachable', { detail: `could not send ${entry.value.text()}` })
            : error;
        }),
    }),
  },
  ...wrongRefusals.map(([told, more]): Liar => ({
    lie: told,
    caught: 'reasons.refusal',
    tell: changedReads((outcome) =>
      outcome.status === 'unknown' && outcome.code === 'permission_denied' ? { ...outcome, ...more } : outcome,
    ),
  })),
  {
    lie: 'carries the request along in an error',
    caught: 'leaks.fault.throttle',
    tell: (honest) => ({
      write: (entry, context) =>
        honest.write(entry, context).catch((error: unknown) => {
          if (BackendError.is(error) && error.code === 'throttled')
            Object.defineProperty(error, 'request', { value: { body: entry.value.bytes() }, enumerable: false });
          throw error;
        }),
    }),
  },
  {
    lie: 'shows its credential when it has expired',
    caught: 'leaks.fault.expire',
    tell: (honest) => ({
      check: (context) =>
        honest.check(context).catch((error: unknown) => {
          throw BackendError.is(error) && error.code === 'unauthenticated'
            ? new BackendError('unauthenticated', { detail: `memory-credential-3c88d1 is not valid` })
            : error;
        }),
    }),
  },
];

/** Fails the first calls that meet a healthy service again after a fault. */
function onceAfter(fault: Fault, failure: UnknownOutcome, times = 1): Liar['tell'] {
  return (honest) => {
    let failures = 0;
    return {
      async read(refs, context) {
        const outcomes = await honest.read(refs, context);
        if (outcomes.some((outcome) => isMet(outcome, fault))) failures = times;
        else if (failures > 0) {
          failures -= 1;
          return refs.map(() => failure);
        }
        return outcomes;
      },
    };
  };
}

function onCode<T>(error: unknown, code: FailureCode, instead: T): T {
  if (BackendError.is(error) && error.code === code) return instead;
  throw error;
}

function isMet(outcome: ReadOutcome, fault: Fault): boolean {
  return outcome.status === 'unknown' && outcome.detail === `the request met the fault ${fault}`;
}

/** Without a pause, as a parser does. */
function workFor(ms: number): void {
  const { user } = process.threadCpuUsage();
  while (process.threadCpuUsage().user - user < ms * 1_000) Math.random();
}
