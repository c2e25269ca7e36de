import * as z from 'zod';
import type { AuditHead } from './anchor.ts';
import { cutSubject, type Beginning, type CutSubject } from './beginning.ts';
import { breakSchema, describeBreak } from './break.ts';
import { signedBytes, type StoredRow } from './chain.ts';

export interface Problem {
  readonly sequence: number;
  readonly problem: string;
  /** Identifies this very problem. Absent for a passing one, which nobody can acknowledge. */
  readonly evidence?: string;
}

/** An owner has examined and accepted everything that was wrong up to this row. */
export interface Acknowledgement {
  readonly row: number;
  readonly at: number;
  readonly actor: string;
  readonly reason: string;
}

export const acknowledgedState = z.object({ through: z.int(), digest: z.string() });
export type AcknowledgedState = z.output<typeof acknowledgedState>;
const acknowledgedSubject = acknowledgedState.extend({ reason: z.string() });

/** What a walk has to look out for. */
export interface WalkOptions {
  readonly sign: (bytes: Uint8Array) => string;
  readonly anchored: AuditHead | undefined;
  readonly beginning: Beginning;
  readonly limits: RemovableLimits | undefined;
  /** Rows whose MACs are asked for. */
  readonly rows: ReadonlySet<number>;
}

/** Which rows a cut could remove: those from the beginning on that are within. */
export interface RemovableLimits {
  /** Unix milliseconds. */
  readonly olderThan: number;
  /** The last number. */
  readonly through: number | undefined;
}

/** Goes through a log from its first row to its last. */
export interface Walk {
  step(row: StoredRow): void;
  last(): number;
  end(): {
    readonly problems: Problem[];
    readonly acknowledgements: readonly (Acknowledgement & AcknowledgedState)[];
    readonly openIntents: ReadonlySet<number>;
    readonly rows: number;
    readonly removable: Removable | undefined;
    readonly marks: readonly Mark[];
  };
}

/** A row that is there, with its MAC if that belongs to its content and to the row before it. */
export interface Mark {
  readonly sequence: number;
  readonly mac?: string;
}

export type Removable = Pick<CutSubject, 'through' | 'mac' | 'rows' | 'openIntents'>;

export function createWalk({ sign, anchored, beginning, limits, rows: asked }: WalkOptions): Walk {
  const problems = new Array<Problem>();
  const acknowledgements = new Array<Acknowledgement & AcknowledgedState>();
  const openIntents = new Set<number>();
  const marks: Mark[] = asked.has(beginning.after) ? [{ sequence: beginning.after, mac: beginning.mac }] : [];
  let { after: sequence, mac: previousMac } = beginning;
  let rows = 0;
  let removable: Removable | undefined;
  let isWithin = limits !== undefined;

  function checkAnchored(at: number, mac: string | undefined): void {
    if (anchored?.sequence !== at || anchored.mac === mac) return;
    problems.push({
      sequence: at,
      problem: 'the row differs from the anchor outside the database',
    });
  }

  return {
    step(row) {
      const { mac } = row;
      // Only what is followed by another row: the newest one stays.
      if (isWithin && rows > 0)
        removable = { through: sequence, mac: previousMac, rows, openIntents: openIntents.size };
      isWithin &&= row.at < (limits?.olderThan ?? 0) && row.sequence <= (limits?.through ?? Infinity);
      const expected = sign(signedBytes(row, previousMac));
      if (row.sequence !== sequence + 1) {
        problems.push({
          sequence: sequence + 1,
          problem: `rows ${sequence + 1} to ${row.sequence - 1} are missing`,
          evidence: 'missing',
        });
        if (anchored !== undefined && anchored.sequence > sequence && anchored.sequence < row.sequence)
          checkAnchored(anchored.sequence, undefined);
      }
      if (asked.has(row.sequence)) marks.push({ sequence: row.sequence, ...(mac === expected && { mac }) });
      if (mac === expected) noteOwn(row);
      else
        problems.push({
          sequence: row.sequence,
          problem: 'the row or the one before it was changed',
          evidence: expected,
        });
      checkAnchored(row.sequence, mac);
      if (row.phase === 'intent') openIntents.add(row.sequence);
      if (row.phase === 'outcome' && row.intent !== null) openIntents.delete(row.intent);
      sequence = row.sequence;
      previousMac = mac;
      rows += 1;
    },
    last: () => sequence,
    end: () => ({ problems, acknowledgements, openIntents, rows, removable, marks }),
  };

  /** A row's content is believed only if its own signature holds. */
  function noteOwn(row: StoredRow): void {
    if (row.phase === 'break')
      problems.push({
        sequence: row.sequence,
        problem: `break: ${describeBreak(breakSchema.parse(JSON.parse(row.subject)))}`,
        evidence: row.mac,
      });
    if (row.phase === 'cut') {
      const { problems: forgotten } = cutSubject.parse(JSON.parse(row.subject));
      if (forgotten > 0)
        problems.push({
          sequence: row.sequence,
          problem: `${forgotten === 1 ? 'a problem was' : `${forgotten} problems were`} removed by a cut, acknowledged before it`,
          evidence: row.mac,
        });
    }
    if (row.phase !== 'outcome' || row.operation !== 'audit.acknowledge' || row.result !== 'done') return;
    const { reason, ...state } = acknowledgedSubject.parse(JSON.parse(row.subject));
    acknowledgements.push({ ...state, row: row.sequence, at: row.at, actor: row.actor, reason });
  }
}
