import { readFile } from 'node:fs/promises';
import { createClient, type ApiClient } from '../../../src/api/client.ts';
import { localTokenFile } from '../../../src/api/local-credentials.ts';
import { operations, type ClientInput, type ClientOutput, type OperationId } from '../../../src/api/registry.ts';
import { startOrchestrator, type OrchestratorOptions, type RunningOrchestrator } from '../../support/programs.ts';

export interface Installation extends RunningOrchestrator {
  /** The owner's token. */
  readonly token: string;
  readonly call: <Id extends OperationId>(id: Id, input: ClientInput<Id>) => Promise<ClientOutput<Id>>;
}

/** A real orchestrator, in its own folder unless given one. */
export async function install(options: OrchestratorOptions = {}): Promise<Installation> {
  const running = await startOrchestrator(options);
  const token = (await readFile(localTokenFile(running.url, running.environment), 'utf8')).trim();
  const client: ApiClient = createClient({ url: running.url, token, organization: 'default' });
  return {
    ...running,
    token,
    // The client types each operation separately; here they are called by id.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    call: (id, input) => client.call(operations[id], input as never) as never,
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Enough of everything that each page has something to show, and a backend that nobody can reach. */
export async function furnish({ call }: Pick<Installation, 'call'>): Promise<void> {
  const set = (scope: string, key: string, value: string): Promise<unknown> =>
    call('secrets.set', { scope, key, value: base64(value) });
  for (const scope of ['development', 'staging', 'production', 'shared/observability']) {
    for (const key of ['API_URL', 'DB_PASSWORD', 'SMTP_PASSWORD', 'JWT_SIGNING_KEY'])
      await set(scope, key, `${scope}-${key}`);
  }
  await set('production', 'DB_PASSWORD', 'a-newer-one');
  await set('shared/observability', 'SENTRY_DSN', 'https://sentry.test/1');
  await set('staging', 'DEPLOY_TOKEN', 'deploy-token');
  await set('apps/shop/web', 'STRIPE_KEY', 'sk_test');
  await call('secrets.declare', { scope: 'production', key: 'PAGERDUTY_KEY' });
  await call('backends.add', {
    name: 'corp-vault',
    type: 'vault',
    settings: { address: 'http://127.0.0.1:9', mount: 'secret', 'auth.method': 'token' },
    secretSettings: { 'auth.token': base64('not-a-token') },
    optional: true,
    deadlineMs: 1_000,
  });
  for (const name of ['development', 'staging', 'production']) {
    await call('environments.create', { name, bind: [name] });
    await call('bindings.add', { environment: name, scope: 'shared/**', priority: -10 });
  }
  await call('bindings.add', {
    environment: 'production',
    scope: 'corp-vault:apps/shop/db',
    priority: 10,
    map: { password: 'DB_PASSWORD', username: 'DB_USER' },
  });
  await call('variables.set', { environment: 'production', name: 'LOG_LEVEL', value: 'warn' });
  await call('variables.set', { environment: 'production', name: 'REGION', value: 'eu-central-1', locked: true });
  await call('tokens.create', { name: 'ci', role: 'agent', environments: ['production'], lifetimeMs: 90 * 86_400_000 });
  await call('jobs.open', {
    environment: 'production',
    workflow: 'deploy',
    job: 'release',
    agentPublicKey: base64('x'.repeat(32)),
  });
  await call('tokens.create', { name: 'auditor', role: 'auditor' });
}

/** Names as long as they may be, and more rows than fit. */
export async function overfill({ call }: Pick<Installation, 'call'>): Promise<void> {
  const long = 'L'.repeat(255);
  const deep = `${'long-scope/'.repeat(20)}end`;
  await call('secrets.set', { scope: deep, key: long, value: base64('v') });
  for (let from = 0; from < 2_000; from += 500)
    await call('secrets.import', {
      scope: 'many',
      entries: Array.from({ length: 500 }, (_, at) => ({
        key: `KEY_${String(from + at).padStart(4, '0')}`,
        value: base64('v'),
      })),
    });
  for (let at = 0; at < 12; at += 1)
    await call('environments.create', { name: `environment-${at}`, bind: at === 0 ? ['many', deep] : ['many'] });
  await call('environments.create', { name: 'e'.repeat(63), bind: [deep] });
  await call('tokens.create', { name: 'T'.repeat(100), role: 'auditor' });
}
