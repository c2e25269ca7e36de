import { readFileSync } from 'node:fs';
import { LocalstackContainer } from '@testcontainers/localstack';
import { missingVariable, type Lane } from '@kici-dev/secret-backend-conformance/testing';
import { startServer, type RunningServer } from './server-process.ts';

export const localstackLane: Lane = {
  name: 'localstack',
  missing: missingVariable('KICI_TEST_LOCALSTACK_PYTHON', 'a Python that has LocalStack'),
};
export const motoLane: Lane = { name: 'moto', missing: missingVariable('KICI_TEST_MOTO', 'the program moto_server') };
export const containerLane: Lane = {
  name: 'localstack-container',
  missing: missingVariable('DOCKER_HOST', 'a container engine'),
};

const services = 'secretsmanager,sts,kms,iam';

export function startLocalstack(only = services): Promise<RunningServer> {
  return startServer({
    command: process.env['KICI_TEST_LOCALSTACK_PYTHON'] ?? '',
    arguments: () => ['-m', 'localstack.runtime.main'],
    healthPath: '/_localstack/health',
    environment: (port) => ({
      SERVICES: only,
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      SKIP_INFRA_DOWNLOADS: '1',
    }),
  });
}

export function startMoto(): Promise<RunningServer> {
  return startServer({
    command: process.env['KICI_TEST_MOTO'] ?? '',
    arguments: (port) => ['-H', '127.0.0.1', '-p', String(port)],
    environment: () => ({}),
    healthPath: '/moto-api/data.json',
  });
}

/** The image that `backends/aws/Dockerfile` pins; machines that cannot pull it build their own and name that. */
export function pinnedImage(): string {
  const [, image] = /^FROM (\S+)$/m.exec(readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8')) ?? [];
  if (image === undefined) throw new Error('the Dockerfile names no image');
  return image;
}

export async function startLocalstackContainer(): Promise<RunningServer> {
  const container = await new LocalstackContainer(process.env['KICI_TEST_LOCALSTACK_IMAGE'] ?? pinnedImage())
    .withEnvironment({ SERVICES: services, DISABLE_EVENTS: '1', SKIP_SSL_CERT_DOWNLOAD: '1' })
    .start();
  return { endpoint: container.getConnectionUri(), stop: async () => void (await container.stop()) };
}
