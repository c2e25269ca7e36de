import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import { hasLeft, type Waiter } from '../caller.ts';
import type { OrchestratorTables } from '../tables.ts';
import type { AnchorState, AuditAnchor, AuditHead } from './anchor.ts';
import { readBeginning, type Beginning } from './beginning.ts';
import { firstPage } from './pages.ts';
import type { AuditSigner } from './services.ts';
import {
  createWalk,
  type AcknowledgedState,
  type Acknowledgement,
  type Mark,
  type Problem,
  type Removable,
  type RemovableLimits,
  type Walk,
} from './walk.ts';

export interface AuditVerification {
  /** Stays false once there was a problem: acknowledging it does not undo it. */
  readonly intact: boolean;
  readonly rows: number;
  readonly openIntents: readonly number[];
  readonly problems: readonly {
    readonly sequence: number;
    readonly problem: string;
    readonly acknowledged: boolean;
    /** Nobody can acknowledge it. */
    readonly isPassing: boolean;
  }[];
  readonly acknowledgement: Acknowledgement | undefined;
  readonly beginning: Beginning;
  /** Set if rows from the beginning on are older than was asked for. */
  readonly removable: Removable | undefined;
  /** Of the rows that were asked for, those that are there, and the last one that a cut has removed. */
  readonly marks: readonly Mark[];
  /** What an acknowledgement of these problems has to quote. */
  readonly state: AcknowledgedState;
}

export interface VerifyOptions {
  /** Whether orchestrators with anchors of their own may have written all that this anchor does not have. */
  readonly isShared?: boolean;
  readonly removable?: RemovableLimits | undefined;
  /** Rows whose MACs are asked for. */
  readonly rows?: ReadonlySet<number>;
  /** Ends the walk when they are gone; default: nobody looks. */
  readonly waiter?: Waiter;
}

/**
 * Walks the chain from where it begins to its head, then compares the head with the anchor.
 * @throws ApiError when nobody waits for it any more
 */
export async function verifyAudit(
  database: Kysely<OrchestratorTables>,
  signer: AuditSigner,
  anchor: Pick<AuditAnchor, 'read'>,
  organization: string,
  options: VerifyOptions = {},
): Promise<AuditVerification> {
  const sign = await signer(organization);
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- again, where rows were cut meanwhile
    const beginning = await readBeginning(database, organization, sign);
    // Read first, so that rows appended during the walk lie beyond the anchor, never before it.
    const known = await anchor.read().catch(() => undefined);
    const anchored = known?.state === 'readable' ? known.heads.get(organization) : undefined;
    const { removable: limits, rows = new Set() } = options;
    const walk = createWalk({ sign, anchored, beginning, limits, rows });
    await walkAll(database, organization, walk, options.waiter);
    const { after } = await readBeginning(database, organization, sign);
    if (after === beginning.after) return verdict(walk, known, anchored, beginning, options.isShared === true);
  }
}

/** In one turn of the event loop: others wait meanwhile, about two milliseconds. */
const rowsAtOnce = 250;

async function walkAll(
  database: Kysely<OrchestratorTables>,
  organization: string,
  walk: Walk,
  waiter?: Waiter,
): Promise<void> {
  const first = walk.last();
  const of = Math.max(0, (await newestOf(database, organization)) - first);
  for (let next: number | null = first + 1; next !== null;) {
    // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
    const { rows } = await firstPage(
      database
        .selectFrom('audit_rows')
        .where('organization', '=', organization)
        .where('sequence', '>=', next)
        // PostgreSQL may not know yet how long a table is, and would sort all that follows for each page.
        .where('sequence', '<', next + rowsAtOnce)
        .orderBy('sequence'),
      rowsAtOnce,
    );
    if (waiter?.isGone() === true) throw hasLeft();
    for (const row of rows) walk.step(row);
    waiter?.tell({ done: walk.last() - first, of });
    // oxlint-disable-next-line no-await-in-loop -- where rows are missing, the walk goes on at the next that is there
    next = rows.length > 0 ? walk.last() + 1 : await oldestAfter(database, organization, walk.last());
  }
}

async function oldestAfter(
  database: Kysely<OrchestratorTables>,
  organization: string,
  sequence: number,
): Promise<number | null> {
  const { oldest } = await database
    .selectFrom('audit_rows')
    .select(({ fn }) => fn.min<number | null>('sequence').as('oldest'))
    .where('organization', '=', organization)
    .where('sequence', '>', sequence)
    .executeTakeFirstOrThrow();
  return oldest;
}

async function newestOf(database: Kysely<OrchestratorTables>, organization: string): Promise<number> {
  const rows = database.selectFrom('audit_rows').select('sequence').where('organization', '=', organization);
  return (await rows.orderBy('sequence', 'desc').limit(1).executeTakeFirst())?.sequence ?? 0;
}

function verdict(
  walk: Walk,
  known: AnchorState | undefined,
  anchored: AuditHead | undefined,
  beginning: Beginning,
  isShared: boolean,
): AuditVerification {
  const { problems, acknowledgements, openIntents, rows, removable, marks } = walk.end();
  const sequence = walk.last();
  problems.push(...anchorProblems(known, anchored, sequence, rows, isShared));
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
      isPassing: evidence === undefined,
    })),
    acknowledgement: covers && problems.length > 0 ? last : undefined,
    beginning,
    removable,
    marks,
    state: { through: sequence, digest: digest(problems, sequence) },
  };
}

/** What the anchor, outside the database, says about a log that ends at this row. */
function anchorProblems(
  known: AnchorState | undefined,
  anchored: AuditHead | undefined,
  sequence: number,
  rows: number,
  isShared: boolean,
): readonly Problem[] {
  const ofAnchor = (problem: string): readonly Problem[] => [
    { sequence, problem: `${problem}, so a cut-off tail would not show` },
  ];
  if (known === undefined) return ofAnchor('the anchor outside the database cannot be read');
  if (known.state === 'damaged') return ofAnchor(`the anchor outside the database ${known.problem}`);
  if (anchored === undefined) return rows > 0 && !isShared ? ofAnchor('there is no anchor outside the database') : [];
  if (anchored.sequence <= sequence) return [];
  const problem = `the log ends at row ${sequence}, but the anchor outside the database has row ${anchored.sequence}`;
  return [{ sequence: anchored.sequence, problem }];
}

/** Identifies the problems up to a row: equal for the same problems and no others. */
function digest(problems: readonly Problem[], through: number): string {
  const told = problems.filter(({ sequence, evidence }) => evidence !== undefined && sequence <= through);
  return createHash('sha256')
    .update(JSON.stringify(told.map(({ sequence, problem, evidence }) => [sequence, problem, evidence])))
    .digest('hex');
}
