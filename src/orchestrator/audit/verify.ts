import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditAnchor, AuditHead } from './anchor.ts';
import type { AuditSigner } from './services.ts';
import { breakSchema, describeBreak } from './break.ts';
import { chainStart, signedBytes, type StoredRow } from './chain.ts';
import { firstPage } from './pages.ts';

interface Problem {
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

export interface AuditVerification {
  /** Stays false once there was a problem: acknowledging it does not undo it. */
  readonly intact: boolean;
  readonly rows: number;
  readonly openIntents: readonly number[];
  readonly problems: readonly {
    readonly sequence: number;
    readonly problem: string;
    readonly acknowledged: boolean;
  }[];
  readonly acknowledgement: Acknowledgement | undefined;
  /** What an acknowledgement of these problems has to quote. */
  readonly state: AcknowledgedState;
}

const acknowledgedState = z.object({ through: z.int(), digest: z.string() });
type AcknowledgedState = z.output<typeof acknowledgedState>;
const acknowledgedSubject = acknowledgedState.extend({ reason: z.string() });

/** Walks the chain from start to head, then compares the head with the anchor. */
export async function verifyAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: AuditAnchor,
  organization: string,
): Promise<AuditVerification> {
  // Read first, so that rows appended during the walk lie beyond the anchor, never before it.
  const known = await anchor.read().catch(() => undefined);
  const anchored = known?.state === 'readable' ? known.heads.get(organization) : undefined;
  const walk = createWalk(await signer(organization), anchored);
  for (;;) {
    const { rows: page, isLast } = await firstPage(
      database
        .selectFrom('audit_rows')
        .where('organization', '=', organization)
        .where('sequence', '>', walk.last())
        .orderBy('sequence'),
    );
    for (const row of page) walk.step(row);
    if (isLast) break;
  }
  const { problems, acknowledgements, openIntents, rows } = walk.end();
  const sequence = walk.last();
  problems.push(...anchorProblems(known, anchored, sequence, rows));
  const last = acknowledgements.at(-1);
  const covers = last !== undefined && digest(problems, last.through) === last.digest;
  return {
    intact: problems.length === 0,
    rows,
    openIntents: [...openIntents],
    problems: problems.map(({ sequence: at, problem, evidence }) => ({
      sequence: at,
      problem,
      acknowledged: covers && evidence !== undefined && at <= last.through,
    })),
    acknowledgement: covers && problems.length > 0 ? last : undefined,
    state: { through: sequence, digest: digest(problems, sequence) },
  };
}

/** What the anchor, outside the database, says about a log that ends at this row. */
function anchorProblems(
  known: AnchorState | undefined,
  anchored: AuditHead | undefined,
  sequence: number,
  rows: number,
): readonly Problem[] {
  const ofAnchor = (problem: string): readonly Problem[] => [
    { sequence, problem: `${problem}, so a cut-off tail would not show` },
  ];
  if (known === undefined) return ofAnchor('the anchor outside the database cannot be read');
  if (known.state === 'damaged') return ofAnchor(`the anchor outside the database ${known.problem}`);
  if (anchored === undefined) return rows > 0 ? ofAnchor('there is no anchor outside the database') : [];
  if (anchored.sequence <= sequence) return [];
  const problem = `the log ends at row ${sequence}, but the anchor outside the database has row ${anchored.sequence}`;
  return [{ sequence: anchored.sequence, problem }];
}

interface Walk {
  step(row: StoredRow): void;
  last(): number;
  end(): {
    readonly problems: Problem[];
    readonly acknowledgements: readonly (Acknowledgement & AcknowledgedState)[];
    readonly openIntents: ReadonlySet<number>;
    readonly rows: number;
  };
}

function createWalk(sign: (bytes: Uint8Array) => string, anchored: AuditHead | undefined): Walk {
  const problems = new Array<Problem>();
  const acknowledgements = new Array<Acknowledgement & AcknowledgedState>();
  const openIntents = new Set<number>();
  let sequence = 0;
  let previousMac = chainStart;
  let rows = 0;

  function checkAnchored(at: number, mac: string | undefined): void {
    if (anchored?.sequence !== at || anchored.mac === mac) return;
    problems.push({
      sequence: at,
      problem: 'the row differs from the anchor outside the database',
    });
  }

  return {
    step(row) {
      const { mac, ...unsigned } = row;
      const expected = sign(signedBytes(unsigned, previousMac));
      if (row.sequence !== sequence + 1) {
        problems.push({
          sequence: sequence + 1,
          problem: `rows ${sequence + 1} to ${row.sequence - 1} are missing`,
          evidence: 'missing',
        });
        if (anchored !== undefined && anchored.sequence > sequence && anchored.sequence < row.sequence)
          checkAnchored(anchored.sequence, undefined);
      }
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
    end: () => ({ problems, acknowledgements, openIntents, rows }),
  };

  /** A row's content is believed only if its own signature holds. */
  function noteOwn(row: StoredRow): void {
    if (row.phase === 'break')
      problems.push({
        sequence: row.sequence,
        problem: `break: ${describeBreak(breakSchema.parse(JSON.parse(row.subject)))}`,
        evidence: row.mac,
      });
    if (row.phase !== 'outcome' || row.operation !== 'audit.acknowledge' || row.result !== 'done') return;
    const { reason, ...state } = acknowledgedSubject.parse(JSON.parse(row.subject));
    acknowledgements.push({ ...state, row: row.sequence, at: row.at, actor: row.actor, reason });
  }
}

/** Identifies the problems up to a row: equal for the same problems and no others. */
function digest(problems: readonly Problem[], through: number): string {
  const told = problems.filter(({ sequence, evidence }) => evidence !== undefined && sequence <= through);
  return createHash('sha256')
    .update(JSON.stringify(told.map(({ sequence, problem, evidence }) => [sequence, problem, evidence])))
    .digest('hex');
}
