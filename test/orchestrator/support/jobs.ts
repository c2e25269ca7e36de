import { createSessionKeyPair, deriveSessionKey, openForJob, type SessionKeyPair } from '../../../src/api/job-seal.ts';
import type { OperationOutput } from '../../../src/orchestrator/handlers.ts';
import { base64, startServer, type Calls, type StartOptions, type TestServer } from './server.ts';

export interface OpenJob {
  readonly pair: SessionKeyPair;
  readonly opened: OperationOutput<'jobs.open'>;
  read(...keys: string[]): Promise<OperationOutput<'jobs.read'>['secrets']>;
  /** The whole answer to a read. */
  answerTo(...keys: string[]): Promise<OperationOutput<'jobs.read'>>;
  value(key: string): Promise<string | undefined>;
  close(): Promise<unknown>;
}

export async function open(
  server: Pick<TestServer, 'as' | 'call'>,
  environment: string,
  call: Calls = server.call,
  more: object = {},
): Promise<OpenJob> {
  const pair = createSessionKeyPair();
  const opened = await call('jobs.open', {
    environment,
    workflow: 'deploy',
    job: 'deploy',
    agentPublicKey: Buffer.from(pair.publicKey).toString('base64'),
    ...more,
  });
  const asJob = server.as(opened.jobToken);
  const answerTo = (...keys: string[]) => asJob('jobs.read', { jobId: opened.jobId, keys });
  const read = async (...keys: string[]) => (await answerTo(...keys)).secrets;
  return {
    pair,
    opened,
    read,
    answerTo,
    close: () => asJob('jobs.close', { jobId: opened.jobId }),
    async value(key) {
      const { secrets, sealed = '' } = await answerTo(key);
      if (secrets[0]?.status !== 'sealed') return secrets[0]?.status;
      const sessionKey = deriveSessionKey(
        pair.privateKey,
        Buffer.from(opened.orchestratorPublicKey, 'base64'),
        opened.jobId,
      );
      return openForJob(sessionKey, opened.jobId, [key], Buffer.from(sealed, 'base64'))[0]?.text();
    },
  };
}

export const set = ({ call }: TestServer, scope: string, key: string, value = 'v') =>
  call('secrets.set', { scope, key, value: base64(value) });
export const add = ({ call }: TestServer, name: string, address: string, more: object = {}) =>
  call('backends.add', {
    name,
    type: 'memory',
    settings: { address },
    secretSettings: { password: base64('right') },
    ...more,
  });

export async function withProduction(options: StartOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  await set(server, 'production', 'TOKEN', 'hunter2');
  await server.call('environments.create', { name: 'production', bind: ['production'] });
  return server;
}
