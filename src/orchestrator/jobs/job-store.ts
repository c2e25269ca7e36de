import { createSecretKey } from 'node:crypto';
import { SecretValue } from '@kici-dev/secret-backend';
import type { Kysely, Selectable } from 'kysely';
import * as z from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { inTransaction } from '../../database/in-transaction.ts';
import type { Keyring } from '../../keyring/keyring.ts';
import type { Seals } from '../seals/seals.ts';
import type { Soon } from '../soon.ts';
import type { OrchestratorTables } from '../tables.ts';
import { keepCatalogue, readCatalogue, writeCatalogue } from './catalogue-store.ts';
import { createLiveSessions } from './live-session.ts';
import { createSessionCache } from './session-cache.ts';
import { storedCatalogue } from './stored-catalogue.ts';
import type { StoredJob } from './stored-job.ts';

export interface NewJob extends Pick<
  Selectable<OrchestratorTables['jobs']>,
  'id' | 'workflow' | 'job' | 'token_id' | 'token_hash' | 'opened_at' | 'expires_at'
> {
  readonly session: StoredJob;
}

export interface JobStore {
  insert(job: NewJob): Promise<void>;
  /** At once, where it was read lately. @throws ApiError `session_ended` */
  session(organization: string, id: string): Soon<StoredJob>;
  /** @throws ApiError `session_ended` if it, or the token that opened it, has ended meanwhile */
  requireLive(id: string): Promise<void>;
  /** Ends the session for good: the key that its values were sealed with is deleted. */
  close(organization: string, id: string): Promise<void>;
}

const purpose = 'job session';
const scopeList = z.array(z.string());
const backendList = z.record(z.string(), z.number());
const dayMs = 24 * 3_600_000;

export function createJobStore(
  database: Kysely<OrchestratorTables>,
  keyring: Keyring,
  seals: Seals,
  now: () => number,
): JobStore {
  // A session never changes, so it can be cached; whether it has ended is read again with each request's token.
  const sessions = createSessionCache();
  const live = createLiveSessions(database, seals, now);

  /** Ended jobs stay for a day, so that a late request learns what happened to its session. */
  async function sweep(): Promise<void> {
    await database
      .deleteFrom('jobs')
      .where('expires_at', '<', now() - dayMs)
      .execute();
  }

  async function load(organization: string, id: string): Promise<StoredJob> {
    const row = await database
      .selectFrom('jobs')
      .select(['environment', 'session_key', 'catalogue', 'backends', 'scopes'])
      .where('organization', '=', organization)
      .where('id', '=', id)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
    if (row === undefined) throw new ApiError('session_ended', `the session of job ${id} was closed`);
    const opened = (await keyring.open(organization, purpose, coordinates(id, row), row.session_key)).bytes();
    const session: StoredJob = {
      organization,
      environment: row.environment,
      catalogue: storedCatalogue.parse(JSON.parse(await readCatalogue(database, organization, row.catalogue))),
      backends: backendList.parse(JSON.parse(row.backends)),
      sessionKey: createSecretKey(opened),
      scopes: row.scopes === null ? undefined : scopeList.parse(JSON.parse(row.scopes)),
    };
    opened.fill(0);
    sessions.add(id, session);
    return session;
  }

  return {
    async insert({ session, ...job }) {
      const { organization, environment } = session;
      const written = await writeCatalogue(session.catalogue);
      const contents = {
        catalogue: written.inRow,
        backends: JSON.stringify(session.backends),
        scopes: session.scopes === undefined ? null : JSON.stringify(session.scopes),
      };
      const exported = session.sessionKey.export();
      const session_key = await keyring.seal(
        organization,
        purpose,
        coordinates(job.id, contents),
        SecretValue.fromBytes(exported),
      );
      exported.fill(0);
      const seal = (await seals.of(organization)).job({ ...job, organization, environment });
      await sweep();
      await inTransaction(database, async (transaction) => {
        await keepCatalogue(transaction, organization, written, now());
        await transaction
          .insertInto('jobs')
          .values({ ...job, ...contents, organization, environment, session_key, closed_at: null, seal })
          .execute();
      });
      sessions.add(job.id, session);
    },
    session(organization, id) {
      const known = sessions.get(id);
      return known?.organization === organization ? known : load(organization, id);
    },
    async requireLive(id) {
      await live.require(id);
    },
    async close(organization, id) {
      sessions.delete(id);
      await database
        .updateTable('jobs')
        .set({ closed_at: now(), ...forgotten })
        .where('organization', '=', organization)
        .where('id', '=', id)
        .where('closed_at', 'is', null)
        .execute();
    },
  };
}

/** What an ended session loses: its key, and its names, which may be many. */
export const forgotten = { session_key: new Uint8Array(), catalogue: '', backends: '' } as const;

/** The session key opens only together with what the job may read, as it was at the start. */
function coordinates(
  id: string,
  { catalogue, backends, scopes }: Pick<Selectable<OrchestratorTables['jobs']>, 'catalogue' | 'backends' | 'scopes'>,
): readonly string[] {
  return [id, catalogue, backends, scopes ?? 'null'];
}
