import { contractVersion, defineCapabilities, type BackendDefinition, type BackendHost, type SecretBackend, type Settings } from '@kici-dev/secret-backend';

declare function openMyStore(settings: Settings, host: BackendHost): SecretBackend;

export const myStoreDefinition: BackendDefinition = {
  contract: contractVersion,
  type: 'my-store',
  title: 'My store',
  summary: 'the store that we have had for years',
  settings: {
    address: { type: 'address', required: true, description: 'where the server answers', example: 'https://store.example' },
    'auth.method': { type: 'choice', choices: ['token', 'certificate'], default: 'token', description: 'how to sign in', example: 'token' },
    'auth.token': { type: 'string', secret: true, required: true, when: { field: 'auth.method', is: ['token'] }, description: 'what signs us in', example: 'st-…' },
    'auth.certificateFile': { type: 'path', required: true, when: { field: 'auth.method', is: ['certificate'] }, description: 'the client certificate', example: '/etc/kici/client.pem' },
  },
  capabilities: defineCapabilities({
    write: false, delete: false, compareAndSet: false, versionPins: false, versions: false, restore: false, declare: false, scopes: false,
    binary: true, listConsistency: 'eventual', listReadsValues: false, readBatchSize: 1, maxValueBytes: 65_536,
  }),
  create: (settings, host) => openMyStore(settings, host),
};
