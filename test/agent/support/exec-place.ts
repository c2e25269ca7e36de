import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WireApi } from '../../support/wire-api.ts';
import { startFakeJobs, type FakeSecrets } from './fake-jobs.ts';
import { makeProject, type Outcome, type Project } from './project.ts';

export interface Place {
  readonly project: Project;
  readonly api: WireApi;
  readonly exec: (flags: string, ...command: string[]) => Promise<Outcome>;
}

export const secrets: FakeSecrets = {
  values: { DB_PASSWORD: 'hunter2hunter2', API_KEY: 'the-api-key', 'tls.crt': 'certificate\n' },
  declared: ['LATER'],
  variables: [{ name: 'REGION', value: 'eu', locked: false }],
};

/** An orchestrator's wire with secrets, and a project to run programs in. */
export async function place(given: FakeSecrets = secrets): Promise<Place> {
  const api = await startFakeJobs(given);
  onTestFinished(() => api.close());
  const project = await makeProject({}, { KICI_URL: api.url, KICI_TOKEN: 'agent-token-canary', OWN: 'from-outside' });
  return {
    project,
    api,
    exec: (flags, ...command) =>
      project.run('exec', '--environment', 'production', ...flags.split(' '), '--', ...command),
  };
}

/** What mounted files have left to be swept. */
export const journals = async ({ home }: Project): Promise<readonly string[]> =>
  readdir(join(home, '.local/state/kici/journal')).catch(() => []);
