import {
  BackendError,
  type BackendHost,
  type CallContext,
  type HealthReport,
  type SecretBackend,
  type SecretRef,
} from '@kici-dev/secret-backend';
import type { AwsConfig } from './config.ts';
import { objectPerScope } from './object-per-scope/layout.ts';
import { secretPerKey } from './secret-per-key/layout.ts';
import { check } from './secrets/check.ts';
import { createReader } from './secrets/reader.ts';
import { createWriteTokens } from './secrets/tokens.ts';
import { createService } from './service/service.ts';
import { requireOwn } from './shared-secrets.ts';

/** An opened instance: one layout over the service, which refuses closed and cancelled calls. */
export function createAwsBackend(config: AwsConfig, host: BackendHost): SecretBackend {
  const service = createService(
    config,
    host,
    async (client) => new (await import('@aws-sdk/client-secrets-manager')).SecretsManager(client),
  );
  const tools = { config, service, reader: createReader(service, () => host.now()), tokens: createWriteTokens() };
  const layout = config.layout === 'secret-per-key' ? secretPerKey(tools) : objectPerScope(tools);
  const { write, delete: remove, versions, restore, declare } = layout;
  let closed = false;

  const requireOpen = (): void => {
    if (closed) throw new BackendError('closed');
  };
  const start = (context: CallContext): void => {
    requireOpen();
    if (context.signal.aborted) throw new BackendError('aborted');
  };
  /** Every method except `read` and `list` begins the same way. */
  const guarded =
    <A, R>(method: (argument: A, context: CallContext) => Promise<R>) =>
    async (argument: A, context: CallContext): Promise<R> => {
      start(context);
      return method(argument, context);
    };
  const changing = <A extends SecretRef, R>(method: (argument: A, context: CallContext) => Promise<R>) =>
    guarded(async (argument: A, context: CallContext) => {
      requireOwn(config.sharedSecrets, layout.nameOf(argument));
      return method(argument, context);
    });

  return {
    capabilities: layout.capabilities,
    async *list(query, context) {
      start(context);
      yield* layout.list(query, context);
    },
    async read(refs, context) {
      requireOpen();
      return layout.read(refs, context);
    },
    ...(write !== undefined && { write: changing(write) }),
    ...(remove !== undefined && { delete: changing(remove) }),
    ...(versions !== undefined && { versions: guarded(versions) }),
    ...(restore !== undefined && { restore: changing(restore) }),
    ...(declare !== undefined && { declare: changing(declare) }),
    async check(context): Promise<HealthReport> {
      start(context);
      await check(tools, context);
      return { server: `AWS Secrets Manager in ${config.region}` };
    },
    async close() {
      closed = true;
      await service.close();
    },
  };
}
