import { deepEqual, ok } from 'node:assert/strict';
import { BackendError, isFailureCode, isFailureReason, isReasonOf, subjectOf } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { operations, seedTargets, type OperationAnswer } from '../operations.ts';
import { attempt, callContext } from '../world.ts';

/** All that a failure may carry. The last two occur in every error. */
const members: readonly string[] = ['code', 'reason', 'about', 'detail', 'retryAfterMs'];
const ofOutcomes: readonly string[] = ['status', ...members];
const ofGaps: readonly string[] = ['scope', 'depth', 'version', 'updatedAt', ...members];
const ofErrors: readonly string[] = ['name', 'message', 'stack', ...members];

/** Kit: a failure has a code and a reason from the closed lists, and nothing else. */
export const reasonCases: readonly ConformanceCase[] = [
  {
    id: 'reasons.refusal',
    title: 'what the service refuses carries a code, a reason of the closed list that goes with it, and nothing else',
    verbs: ['fault', 'heal'],
    fault: 'deny',
    async run(world) {
      await seedTargets(world);
      await world.fault('deny');
      for (const operation of operations.filter(({ when }) => when(world.capabilities))) {
        const attempted = await attempt(() => operation.run(world, callContext()));
        if (attempted.ok) expectClosedAnswer(attempted.result, operation.name);
        else expectClosed(attempted.error, ofErrors, operation.name);
      }
      await world.heal();
    },
  },
];

function expectClosedAnswer({ outcomes = [], listing }: OperationAnswer, what: string): void {
  for (const outcome of outcomes) if (outcome.status === 'unknown') expectClosed(outcome, ofOutcomes, what);
  for (const gap of listing?.unlisted ?? []) expectClosed(gap, ofGaps, what);
}

/** Unlisted members are not printed: they may be the service's own words. */
function expectClosed(failure: object, allowed: readonly string[], what: string): void {
  const own = BackendError.is(failure) ? Object.getOwnPropertyNames(failure) : Object.keys(failure);
  deepEqual(own.filter((name) => !allowed.includes(name)).length, 0, `${what} fails with more than the contract has`);
  const given: { readonly code?: unknown; readonly reason?: unknown; readonly about?: unknown } = failure;
  const { code, reason, about } = given;
  if (typeof code !== 'string' || !isFailureCode(code)) throw new TypeError(`${what} fails with a code of its own`);
  if (reason === undefined) {
    ok(about === undefined, `${what} fails with what a reason is about, and without a reason`);
    return;
  }
  const isListed = typeof reason === 'string' && isFailureReason(reason);
  ok(isListed, `${what} fails with a reason that is in no list`);
  ok(isReasonOf(code, reason), `${what} fails with ${code}, with which ${reason} does not go`);
  ok(
    about === undefined || subjectOf(reason) !== undefined,
    `${what} says what ${reason} is about, which is about nothing`,
  );
}
