import { fail, ok } from 'node:assert/strict';
import type { FailureCode, ReadOutcome } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { describeOutcome, endsBy, expectFound, names } from '../expect.ts';
import { faults, type Fault } from '../harness.ts';
import {
  neighbour,
  operations,
  replacement,
  second,
  seedTargets,
  target,
  values,
  type OperationAnswer,
  type TriedOperation,
} from '../operations.ts';
import { attempt, callContext, type Attempt, type World } from '../world.ts';
import { isGone } from './deleting.ts';

/**
 * What a backend may answer under each fault. Services phrase failures differently, so some faults have several honest
 * codes.
 */
export const faultCodes: Readonly<Record<Fault, readonly FailureCode[]>> = {
  delay: [],
  hang: ['timeout', 'aborted'],
  reset: ['unreachable', 'server_error', 'bad_answer'],
  half_body: ['bad_answer', 'unreachable', 'server_error'],
  server_error: ['server_error', 'sealed', 'unreachable'],
  throttle: ['throttled'],
  deny: ['permission_denied', 'unauthenticated'],
  expire: ['unauthenticated', 'permission_denied'],
  garbage: ['bad_answer', 'server_error', 'unreachable'],
  empty: ['bad_answer', 'server_error', 'unreachable'],
  partial_batch: ['bad_answer', 'server_error'],
  flood: ['too_large', 'bad_answer'],
  swarm: ['too_large', 'bad_answer'],
};

/**
 * After these the right answer is fine too: it came late, after another sign-in, after asking again for what an answer
 * left out, or from among much else.
 */
const maySucceed: readonly Fault[] = ['delay', 'expire', 'partial_batch', 'flood', 'swarm'];
const hangDeadlineMs = 200;
const limitMs = 10_000;

export const faultCases: readonly ConformanceCase[] = faults.flatMap((fault) =>
  operations
    .filter(({ name }) => fault !== 'partial_batch' || name === 'batch')
    .map((operation): ConformanceCase => ({
      id: `fault.${fault}.${operation.name}`,
      title: titleOf(fault, operation),
      when: operation.when,
      verbs: ['fault', 'heal'],
      fault,
      async run(world) {
        await seedTargets(world);
        // Makes sure of a working session; `check` is to meet the fault while signing in.
        if (operation.name !== 'check') await world.readOne(neighbour);
        // A change meets the fault only once, so that a succeeding half must do no harm to what the failed half did not
        // see.
        const changes = operation.name === 'write' || operation.name === 'delete';
        await world.fault(fault, changes && fault !== 'hang' ? 1 : undefined);
        const attempted = await endsBy(
          limitMs,
          `${operation.name} under ${fault}`,
          attempt(() => operation.run(world, callContext({ timeoutMs: fault === 'hang' ? hangDeadlineMs : 8_000 }))),
        );
        await world.heal();
        if (!attempted.ok) expectCode(attempted.error.code, fault, operation.name);
        await verdicts[operation.name](world, fault, attempted);
      },
    })),
);

function titleOf(fault: Fault, { name }: TriedOperation): string {
  return maySucceed.includes(fault)
    ? `${name} under the fault ${fault} is right, or says why it failed`
    : `${name} under the fault ${fault} fails with a code that fits, and never as absence`;
}

function expectCode(code: FailureCode, fault: Fault, what: string): void {
  ok(
    faultCodes[fault].includes(code),
    `${what} under ${fault} fails with ${code}, and should with ${faultCodes[fault].join(' or ') || 'nothing'}`,
  );
}

type Verdict = (world: World, fault: Fault, attempted: Attempt<OperationAnswer>) => Promise<void>;

const verdicts: Readonly<Record<TriedOperation['name'], Verdict>> = {
  async list(_, fault, attempted) {
    if (!attempted.ok) return;
    const { secrets, unlisted } = attempted.result.listing ?? fail('a list answers');
    for (const { code } of unlisted) expectCode(code, fault, 'a folder');
    const listed = names(secrets);
    for (const one of [target, second, neighbour]) {
      const covered = unlisted.some(({ scope }) => one.scope === scope || one.scope.startsWith(`${scope}/`));
      ok(
        covered || listed.includes(`${one.scope} ${one.key}`),
        `${one.scope} ${one.key} is missing from a list that reports no failure there`,
      );
    }
  },
  async read(_, fault, attempted) {
    if (!attempted.ok) fail('a read does not reject for a secret; its outcome is unknown');
    expectOutcome(attempted.result.outcomes?.[0], values.target, fault);
  },
  async batch(_, fault, attempted) {
    if (!attempted.ok) fail('a read does not reject for a secret; its outcome is unknown');
    const outcomes = attempted.result.outcomes ?? [];
    expectOutcome(outcomes[0], values.target, fault);
    expectOutcome(outcomes[1], values.second, fault);
  },
  async write(world, fault, attempted) {
    const outcome = await world.readHealed(target);
    if (attempted.ok && !isSilentlyAcknowledged(world, fault, 'write'))
      expectFound(outcome, replacement, 'what the receipt acknowledges');
    else if (outcome.status !== 'found' || ![values.target, replacement].includes(outcome.value.text() ?? '')) {
      fail(`after a write that failed, the secret is ${describeOutcome(outcome)} or has a value that nobody wrote`);
    }
    expectFound(await world.readHealed(neighbour), values.neighbour, 'the neighbour of what was written');
  },
  async delete(world, fault, attempted) {
    const outcome = await world.readHealed(target);
    if (attempted.ok && !isSilentlyAcknowledged(world, fault, 'delete'))
      ok(isGone(outcome), `what was reported as deleted is ${describeOutcome(outcome)}`);
    else if (!isGone(outcome)) expectFound(outcome, values.target, 'what could not be deleted');
    expectFound(await world.readHealed(neighbour), values.neighbour, 'the neighbour of what was deleted');
  },
  async check(_, fault, attempted) {
    ok(!attempted.ok || maySucceed.includes(fault), `a check under ${fault} reports a healthy backend`);
  },
};

function isSilentlyAcknowledged({ harness }: World, fault: Fault, operation: 'write' | 'delete'): boolean {
  return fault === 'empty' && harness.acknowledgesWithoutBody?.includes(operation) === true;
}

/** The right value is fine for passing faults; absence and any other value never are. */
function expectOutcome(outcome: ReadOutcome | undefined, value: string, fault: Fault): void {
  if (outcome?.status === 'unknown') expectCode(outcome.code, fault, 'a read');
  else if (maySucceed.includes(fault)) expectFound(outcome, value);
  else
    fail(
      `under ${fault} a read is ${describeOutcome(outcome)}, and should be unknown (${faultCodes[fault].join(', ')})`,
    );
}
