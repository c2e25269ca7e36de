import type { Kysely } from 'kysely';
import type { Instances } from '../backends/instances.ts';
import type { OrchestratorTables } from '../tables.ts';
import { changeOf, type Change } from './visible.ts';

/** How far the changes of an organization have been read. */
interface Position {
  readonly sequence: number;
  /** Each backend's state, as text that changes with it. */
  readonly health: ReadonlyMap<string, string>;
}

/** What happened since the last look. */
export interface News {
  readonly changes: readonly Change[];
  /** More than can be reported one by one. */
  readonly overflow: boolean;
}

/**
 * Follows the changes of an organization, whichever orchestrator makes them: each one leaves a row in the audit log,
 * which all of them share.
 */
export interface ChangeFeed {
  /** The first look finds nothing. */
  look(): Promise<News>;
  /** Sequence of the newest row that was read. */
  readonly sequence: number;
}

/** More rows than this are reported as one change. */
const maxRows = 200;

export function createChangeFeed(
  database: Kysely<OrchestratorTables>,
  instances: Instances,
  organization: string,
): ChangeFeed {
  let position: Position | undefined;

  async function rowsAfter(
    sequence: number,
  ): Promise<readonly { sequence: number; operation: string; subject: string }[]> {
    return (
      database
        .selectFrom('audit_rows')
        .select(['sequence', 'operation', 'subject'])
        .where('organization', '=', organization)
        .where('sequence', '>', sequence)
        // A change that failed may still have taken effect.
        .where('phase', '=', 'outcome')
        .orderBy('sequence')
        .limit(maxRows + 1)
        .execute()
    );
  }

  async function last(): Promise<{ readonly sequence: number; readonly generation: number }> {
    const row = await database
      .selectFrom('organizations')
      .select('generation')
      .select((eb) =>
        eb
          .selectFrom('audit_rows')
          .select((rows) => rows.fn.max('sequence').as('last'))
          .where('organization', '=', organization)
          .as('last'),
      )
      .where('name', '=', organization)
      .executeTakeFirst();
    return { sequence: row?.last ?? 0, generation: row?.generation ?? 0 };
  }

  /** `undefined` if it could not be determined, which counts as unchanged. */
  async function healthNow(generation: number): Promise<Position['health'] | undefined> {
    try {
      const open = await instances.of({ organization, generation });
      return new Map(
        [...open].map(([name, { state }]) => {
          if ('failure' in state) return [name, state.failure.code];
          const { breaker, failure, reason, lastCheckAt } = state.open.health();
          return [name, [breaker, failure, reason, lastCheckAt === undefined].join(' ')];
        }),
      );
    } catch {
      return undefined;
    }
  }

  return {
    get sequence() {
      return position?.sequence ?? 0;
    },
    async look() {
      const { sequence, generation } = await last();
      const before = position;
      const health = (await healthNow(generation)) ?? before?.health ?? new Map<string, string>();
      const rows = before === undefined || before.sequence === sequence ? [] : await rowsAfter(before.sequence);
      position = { sequence: Math.max(sequence, rows.at(-1)?.sequence ?? 0), health };
      if (before === undefined) return { changes: [], overflow: false };
      return {
        changes: [
          ...rows.flatMap(({ operation, subject }) => changeOf(operation, subject) ?? []),
          ...healthChanges(before.health, health),
        ],
        overflow: rows.length > maxRows,
      };
    },
  };
}

function healthChanges(before: Position['health'], now: Position['health']): readonly Change[] {
  return [...now]
    .filter(([name, state]) => before.has(name) && before.get(name) !== state)
    .map(([backend]) => ({ event: { kind: 'health', backend }, targets: [{ kind: 'backend', backend }] }));
}
