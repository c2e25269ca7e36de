import { randomUUID } from 'node:crypto';
import { takeLease, type ChoreLease } from '../../../database/chore-lease.ts';
import type { AuditCheckpoint } from '../../../api/audit-checkpoint.ts';
import { Failures } from '../failures.ts';
import { makeCheckpoint, type CheckpointMaker } from './make.ts';
import { CheckpointSinkError, type CheckpointSink } from './sink.ts';
import { createLateness } from './lateness.ts';
import { hasGrown, keptLogs, noteKept, noteProblem, readProblem, type KeptLog } from './store.ts';

/** What checkpoints are made of, and where they go. */
export interface CheckpointServices extends CheckpointMaker {
  /** `undefined`: checkpoints are made for those alone who ask for one. */
  readonly sink: CheckpointSink | undefined;
  /** How old a checkpoint may be, in milliseconds, before rows that came after it get one. */
  readonly everyMs: number;
  /** How many rows may come before they get one, however new the last one is. */
  readonly everyRows: number;
  /** Hears when the sink begins to fail, again for another reason, and when it takes checkpoints again. */
  readonly changed: (problem: string | undefined) => void;
  /** In milliseconds, of a clock that nobody sets; default: this process's own. */
  readonly elapsed?: () => number;
}

export interface Checkpoints {
  readonly hasSink: boolean;
  /**
   * One of an organization's log as it is now, kept by the sink if there is one.
   * @throws CheckpointSinkError
   */
  make(organization: string): Promise<AuditCheckpoint | undefined>;
  /**
   * What is due, of every organization, if no other orchestrator does it.
   * @throws CheckpointSinkError, AggregateError of what failed for some organizations, once the others are kept
   */
  round(): Promise<void>;
  /** Why the sink, of whichever orchestrator, did not take the last checkpoints. */
  problem(): string | undefined;
  /** Milliseconds that rows have waited for a checkpoint, as this process has seen it. */
  waited(): number;
  /** Whether that is more than twice as long as it should be, whatever the reason. */
  isLate(): boolean;
  stop(): Promise<void>;
}

/** How long an orchestrator that does not come back keeps others from taking its place. */
const leaseMs = 60_000;

export function createCheckpoints(services: CheckpointServices): Checkpoints {
  const { database, sink, now } = services;
  // A sink takes what two write at once, so nothing needs to be fenced off.
  const terms = { name: 'keep audit checkpoints', holder: randomUUID(), lastsMs: leaseMs, now };
  const lateness = createLateness(services.elapsed);
  let lease: ChoreLease | undefined;
  let known: string | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time, as a sink takes them. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  }

  function learn(problem: string | undefined): void {
    if (problem === known) return;
    known = problem;
    services.changed(problem);
  }

  async function keep(checkpoints: readonly AuditCheckpoint[]): Promise<void> {
    if (sink === undefined) return;
    try {
      await sink.write(checkpoints.map((one) => `${JSON.stringify(one)}\n`).join(''));
    } catch (error) {
      const problem = error instanceof CheckpointSinkError ? error.message : 'the checkpoint sink failed';
      learn(problem);
      await noteProblem(database, problem);
      throw error;
    }
    await noteKept(database, services.signer, checkpoints);
    await noteWorks();
  }

  async function noteWorks(): Promise<void> {
    learn(undefined);
    await noteProblem(database, null);
  }

  const isDue = ({ sequence, kept, since }: KeptLog): boolean =>
    since === undefined ||
    sequence - kept >= services.everyRows ||
    since <= now() - services.everyMs ||
    // By a clock that was wrong.
    since > now();

  async function makeOf(logs: readonly KeptLog[], failures: Failures, most = Infinity): Promise<AuditCheckpoint[]> {
    const made = new Array<AuditCheckpoint>();
    for (const { organization } of logs) {
      if (made.length >= most) break;
      // oxlint-disable-next-line no-await-in-loop -- one at a time, so that requests get their turn
      const one = await failures.of(() => makeCheckpoint(services, organization));
      if (one !== undefined) made.push(one);
    }
    return made;
  }

  async function makeDue(): Promise<void> {
    learn(await readProblem(database));
    const logs = await keptLogs(database, services.signer);
    lateness.look(logs);
    lease = await takeLease(database, terms);
    if (lease === undefined) return;
    const { due = [], early = [] } = Object.groupBy(logs.filter(hasGrown), (log) => (isDue(log) ? 'due' : 'early'));
    const failures = new Failures();
    const made = await makeOf(due, failures);
    // They go along, but not where one is due of which none can be made: it would be so in each round.
    if (made.length > 0 || known !== undefined) made.push(...(await makeOf(early, failures)));
    if (made.length > 0) await keep(made);
    else if (known !== undefined) await tryAgain(logs);
    failures.report();
  }

  /** A sink that failed is tried though nothing is due; where there is nothing to try it with, it does not fail. */
  async function tryAgain(logs: readonly KeptLog[]): Promise<void> {
    const made = await makeOf(logs, new Failures(), 1);
    if (made.length > 0) await keep(made);
    else await noteWorks();
  }

  /** Where this sink fails, that of another orchestrator may not. */
  async function round(): Promise<void> {
    try {
      await makeDue();
    } catch (error) {
      if (error instanceof CheckpointSinkError) await lease?.release();
      throw error;
    }
  }

  return {
    hasSink: sink !== undefined,
    problem: () => known,
    waited: () => lateness.waited(),
    isLate: () => lateness.waited() > 2 * services.everyMs,
    make: (organization) =>
      inTurn(async () => {
        const made = await makeCheckpoint(services, organization);
        if (made !== undefined) await keep([made]);
        return made;
      }),
    round: () => (sink === undefined ? Promise.resolve() : inTurn(round)),
    async stop() {
      await inTurn(async () => lease?.release()).catch(() => undefined);
    },
  };
}
