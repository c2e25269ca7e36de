import { readFile } from 'node:fs/promises';
import { localTokenFile } from '../../../src/api/local-credentials.ts';
import { startOrchestrator, type OrchestratorOptions, type RunningOrchestrator } from '../../support/programs.ts';
import { callsTo, memoryPackage, testKey, type Calls, type TestServer } from './server.ts';

/** One of several orchestrators over one database, a process with a data folder of its own. */
export interface Member extends Pick<TestServer, 'as' | 'call' | 'url'> {
  readonly running: RunningOrchestrator;
  readonly owner: string;
}

/**
 * @param databaseUrl where the others are
 * @param owner a token of another's; default: its own
 */
export async function startMember(
  databaseUrl: string,
  owner?: string,
  { environment, ...options }: OrchestratorOptions = {},
): Promise<Member> {
  return startAlone({ ...options, environment: { KICI_DATABASE_URL: databaseUrl, ...environment } }, owner);
}

/** One process; with its own SQLite, unless it is told of a database. @param owner as above */
export async function startAlone(
  { environment, ...options }: OrchestratorOptions = {},
  owner?: string,
): Promise<Member> {
  const running = await startOrchestrator({
    ...options,
    environment: { KICI_SECRET_KEY: testKey, KICI_BACKEND_PACKAGES: memoryPackage, ...environment },
  });
  const token = owner ?? (await readFile(localTokenFile(running.url, running.environment), 'utf8')).trim();
  const as = callsTo(running.url);
  const call: Calls = as(token);
  return { running, url: running.url, owner: token, as, call };
}
