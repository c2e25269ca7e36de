import { listen } from '@kici-dev/secret-backend-conformance/testing';
import { createGrpcServer, type Tls } from './grpc.ts';
import { Model } from './model.ts';
import { createRestServer } from './rest.ts';
import { FakeService } from './service.ts';

export interface FakeOptions {
  readonly location?: string;
  readonly tokens?: readonly string[];
  readonly now?: () => number;
  readonly tls?: Tls;
  readonly maxPageSize?: number;
}

/** The service on 127.0.0.1, over both transports at once. */
export interface RunningFake {
  readonly service: FakeService;
  readonly model: Model;
  /** For the setting `address`. */
  readonly addresses: { readonly grpc: string; readonly rest: string };
  stop(): Promise<void>;
}

export const project = { id: 'acme-production', number: '123456789012' } as const;
export const goodToken = 'ya29.good-access-token-of-the-test';

export async function startFake({
  location = 'global',
  tokens = [goodToken],
  now = Date.now,
  tls,
  maxPageSize = 25_000,
}: FakeOptions = {}): Promise<RunningFake> {
  const model = new Model({ projectId: project.id, projectNumber: project.number, location, now, maxPageSize });
  const service = new FakeService(model, tokens);
  const grpc = await listen(createGrpcServer(service, tls));
  const rest = await listen(createRestServer(service, tls));
  const scheme = tls === undefined ? 'http' : 'https';
  return {
    service,
    model,
    addresses: { grpc: `${scheme}://127.0.0.1:${grpc.port}`, rest: `${scheme}://127.0.0.1:${rest.port}` },
    stop: async () => {
      await Promise.all([grpc.stop(), rest.stop()]);
    },
  };
}
