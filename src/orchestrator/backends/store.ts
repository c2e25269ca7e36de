import { SecretValue } from '@kici-dev/secret-backend';
import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import { bumpGeneration } from '../organizations/generation.ts';
import { readWhole, type RowSeals, type Seals } from '../seals/seals.ts';
import type { OrchestratorTables } from '../tables.ts';
import { createRecentWrites, type SharedRecentWrites } from './recent-writes.ts';

export type BackendRow = Selectable<OrchestratorTables['backends']>;
export type OrganizationRow = Selectable<OrchestratorTables['organizations']>;
export type PlainSettings = Readonly<Record<string, string | number | boolean>>;
export type SecretSettings = Readonly<Record<string, SecretValue>>;

/** The backends that operators have added, in the database. */
export interface BackendStore {
  /** @throws ApiError `tampered` unless exactly these backends were added through the API */
  list(organization: string): Promise<readonly BackendRow[]>;
  /**
   * When the organization was created, and its internal store with it; Unix time in milliseconds.
   * @throws ApiError `tampered`
   */
  organizationMadeAt(organization: string): Promise<number>;
  /** @throws ApiError `tampered` */
  find(organization: string, name: string): Promise<BackendRow | undefined>;
  /** False when the name is taken. */
  insert(row: NewRow, secrets: SecretSettings): Promise<boolean>;
  /** False when the row was changed or removed after it was read. */
  update(before: BackendRow, row: NewRow, secrets: SecretSettings): Promise<boolean>;
  remove(organization: string, name: string): Promise<boolean>;
  /** Records a write to the backend through us, so that nobody serves names or values from before. */
  markWritten(organization: string, name: string): Promise<void>;
  /** What was written lately through every orchestrator, to services that show it late. */
  recentWrites(row: BackendRow): SharedRecentWrites;
  /** @throws BackendError `corrupt`, `decryption_failed` */
  openSecrets(row: BackendRow): Promise<SecretSettings>;
}

type NewRow = Omit<BackendRow, 'generation' | 'added' | 'written' | 'secret_settings'>;

const plainSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const sealedSettings = z.record(z.string(), z.base64());
const purpose = 'backend settings';

/** The settings that are not secret, which the row holds as JSON. */
export function settingsOf(row: BackendRow): PlainSettings {
  return plainSettings.parse(JSON.parse(row.settings));
}

export function createBackendStore(
  database: Kysely<OrchestratorTables>,
  keyring: Keyring,
  seals: Seals,
  now: () => number,
): BackendStore {
  async function seal({ organization, name }: NewRow, secrets: SecretSettings): Promise<Uint8Array | null> {
    const entries = Object.entries(secrets);
    if (entries.length === 0) return null;
    const text = JSON.stringify(
      Object.fromEntries(entries.map(([field, value]) => [field, Buffer.from(value.bytes()).toString('base64')])),
    );
    return keyring.seal(organization, purpose, [name], SecretValue.fromText(text));
  }

  const list: BackendStore['list'] = async (organization) =>
    readBackends(database, seals, await seals.of(organization), organization);

  /** Refuses to add to backends that were tampered with. */
  async function change<T>(
    organization: string,
    effect: (transaction: Kysely<OrchestratorTables>, generation: number) => Promise<T>,
  ): Promise<T> {
    const own = await seals.of(organization);
    return inTransaction(database, async (transaction) => {
      const generation = await bumpGeneration(transaction, organization);
      await readBackends(transaction, seals, own, organization);
      const result = await effect(transaction, generation);
      await sealBackends(transaction, own, organization);
      return result;
    });
  }

  return {
    list,
    find: async (organization, name) => (await list(organization)).find((row) => row.name === name),
    async organizationMadeAt(organization) {
      const whole = await readOrganization(database, seals, await seals.of(organization), organization);
      if (whole === undefined) throw new ApiError('not_found', `there is no organization ${organization}`);
      return whole.owner.created_at;
    },
    async insert(row, secrets) {
      const secret_settings = await seal(row, secrets);
      return change(row.organization, async (transaction, generation) => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('backends')
          .values({ ...row, secret_settings, generation, added: generation, written: 0 })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        return numInsertedOrUpdatedRows === 1n;
      });
    },
    async update(before, row, secrets) {
      const secret_settings = await seal(row, secrets);
      return change(row.organization, async (transaction, generation) => {
        const { numUpdatedRows } = await transaction
          .updateTable('backends')
          .set({ ...row, secret_settings, generation })
          .where('organization', '=', row.organization)
          .where('name', '=', row.name)
          .where('generation', '=', before.generation)
          .executeTakeFirst();
        return numUpdatedRows === 1n;
      });
    },
    remove: (organization, name) =>
      change(organization, async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('backends')
          .where('organization', '=', organization)
          .where('name', '=', name)
          .executeTakeFirst();
        return numDeletedRows === 1n;
      }),
    markWritten: (organization, name) =>
      inTransaction(database, async (transaction) => {
        await bumpGeneration(transaction, organization);
        await transaction
          .updateTable('backends')
          .set((eb) => ({ written: eb('written', '+', 1) }))
          .where('organization', '=', organization)
          .where('name', '=', name)
          .execute();
      }),
    recentWrites: (row) => createRecentWrites(database, row, now),
    async openSecrets(row) {
      if (row.secret_settings === null) return {};
      const opened = await keyring.open(row.organization, purpose, [row.name], row.secret_settings);
      const encoded = sealedSettings.parse(JSON.parse(opened.text() ?? ''));
      return Object.fromEntries(
        Object.entries(encoded).map(([field, text]) => [field, SecretValue.fromBytes(Buffer.from(text, 'base64'))]),
      );
    },
  };
}

async function readBackends(...where: Parameters<typeof readOrganization>): Promise<readonly BackendRow[]> {
  return (await readOrganization(...where))?.rows ?? [];
}

/**
 * An organization and its backends, which share one seal.
 * @throws ApiError `tampered` unless they are as the API left them
 */
export function readOrganization(
  database: Kysely<OrchestratorTables>,
  seals: Seals,
  own: RowSeals,
  organization: string,
): Promise<{ readonly owner: OrganizationRow; readonly rows: readonly BackendRow[] } | undefined> {
  return readWhole(seals, {
    owner: () => findOrganization(database, organization),
    rows: () => backendsOf(database, organization),
    stored: ({ seal }) => seal,
    expected: (owner, rows) => own.organization(owner, rows),
    what: `the organization ${organization}, or one of its backends,`,
  });
}

/** Seals the backends of an organization as they are now. */
export async function sealBackends(
  transaction: Kysely<OrchestratorTables>,
  own: RowSeals,
  organization: string,
): Promise<void> {
  const row = await findOrganization(transaction, organization);
  if (row === undefined) return;
  const seal = own.organization(row, await backendsOf(transaction, organization));
  await transaction.updateTable('organizations').set({ seal }).where('name', '=', organization).execute();
}

function findOrganization(
  database: Kysely<OrchestratorTables>,
  organization: string,
): Promise<OrganizationRow | undefined> {
  return database.selectFrom('organizations').selectAll().where('name', '=', organization).executeTakeFirst();
}

function backendsOf(database: Kysely<OrchestratorTables>, organization: string): Promise<readonly BackendRow[]> {
  return database.selectFrom('backends').selectAll().where('organization', '=', organization).orderBy('name').execute();
}
