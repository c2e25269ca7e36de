import type { Kysely } from 'kysely';
import { sealBackends } from '../backends/store.ts';
import { sealBindings } from '../environments/store.ts';
import type { OrchestratorTables } from '../tables.ts';
import { tokenText } from '../tokens/tokens.ts';
import { sealVariables } from '../variables/store.ts';
import { isSealed, type RowSeals } from './seals.ts';

/** Something whose seal was invalid. */
export interface Resealed {
  /** Null: it belongs to every organization. */
  readonly organization: string | null;
  readonly what: string;
}

/** Organizations that any row names, whether or not they exist. */
export async function organizationsWithRows(database: Kysely<OrchestratorTables>): Promise<readonly string[]> {
  const names = await database.selectFrom('organizations').select('name as organization').execute();
  const tokens = await database.selectFrom('tokens').select('organization').distinct().execute();
  const environments = await database.selectFrom('environments').select('organization').distinct().execute();
  return [...new Set([...names, ...tokens, ...environments].flatMap(({ organization }) => organization ?? []))];
}

/** Seals the rows of an organization as they are, within a transaction; ends sessions whose seal is invalid. */
export async function resealOrganization(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string,
): Promise<readonly Resealed[]> {
  const resealed = new Array<string>();
  const row = await transaction
    .selectFrom('organizations')
    .selectAll()
    .where('name', '=', organization)
    .executeTakeFirst();
  await sealBackends(transaction, own, organization);
  if (row !== undefined && row.seal !== (await sealOf(transaction, organization)))
    resealed.push(`the backends of ${organization}`);
  const environments = await transaction
    .selectFrom('environments')
    .selectAll()
    .where('organization', '=', organization)
    .execute();
  for (const { name: environment, seal, variables_seal } of environments) {
    await sealBindings(transaction, own, organization, environment);
    await sealVariables(transaction, own, { organization, environment });
    const now = await transaction
      .selectFrom('environments')
      .select(['seal', 'variables_seal'])
      .where('organization', '=', organization)
      .where('name', '=', environment)
      .executeTakeFirstOrThrow();
    if (seal !== now.seal) resealed.push(`the bindings of the environment ${environment}`);
    if (variables_seal !== now.variables_seal) resealed.push(`the variables of the environment ${environment}`);
  }
  const access = await resealAccess(transaction, own, organization);
  const jobs = await endForeignJobs(transaction, own, organization);
  return [...resealed.map((what) => ({ organization, what })), ...access, ...jobs];
}

/**
 * Seals tokens as they are; ends dashboard sessions whose seal is invalid.
 * @param organization null: those of every organization
 */
export async function resealAccess(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string | null,
): Promise<readonly Resealed[]> {
  const rows = await transaction
    .selectFrom('tokens')
    .selectAll()
    .where('organization', organization === null ? 'is' : '=', organization)
    .execute();
  const foreign = rows.filter((row) => !isSealed(row.seal, own.token(row)));
  for (const row of foreign)
    await transaction
      .updateTable('tokens')
      .set({ seal: own.token(row) })
      .where('id', '=', row.id)
      .execute();
  return [
    ...foreign.map((row) => ({ organization, what: tokenText(row) })),
    ...(await endForeignSignIns(transaction, own, organization)),
  ];
}

async function endForeignSignIns(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string | null,
): Promise<readonly Resealed[]> {
  const rows = await transaction
    .selectFrom('sign_ins')
    .selectAll()
    .where('organization', organization === null ? 'is' : '=', organization)
    .execute();
  const foreign = rows.filter((row) => !isSealed(row.seal, own.signIn(row)));
  for (const { id } of foreign) await transaction.deleteFrom('sign_ins').where('id', '=', id).execute();
  // A code lasts only a minute, and anyone can make another.
  await transaction
    .deleteFrom('sign_in_codes')
    .where('organization', organization === null ? 'is' : '=', organization)
    .execute();
  return foreign.map(({ id }) => ({ organization, what: `the session ${id} at the dashboard, which is ended` }));
}

async function endForeignJobs(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string,
): Promise<readonly Resealed[]> {
  const rows = await transaction
    .selectFrom('jobs')
    .selectAll()
    .where('organization', '=', organization)
    .where('closed_at', 'is', null)
    .execute();
  const foreign = rows.filter((row) => !isSealed(row.seal, own.job(row)));
  for (const { id } of foreign) await transaction.deleteFrom('jobs').where('id', '=', id).execute();
  return foreign.map(({ id }) => ({ organization, what: `the session of job ${id}, which is ended` }));
}

async function sealOf(transaction: Kysely<OrchestratorTables>, organization: string): Promise<string | null> {
  const { seal } = await transaction
    .selectFrom('organizations')
    .select('seal')
    .where('name', '=', organization)
    .executeTakeFirstOrThrow();
  return seal;
}
