// Prints which packages are loaded after importing the definition, and after making a backend without using it.
import { createRequire } from 'node:module';
import { SecretValue } from '@kici-dev/secret-backend';
import { gcpDefinition } from '../../index.ts';
import { loopbackHost } from '../support/host.ts';

const { cache } = createRequire(import.meta.url);
const loaded = (): string[] =>
  Object.keys(cache).filter((file) => /node_modules\/(?:@google-cloud|google-|@grpc|protobufjs|gaxios)/.test(file));
const imported = loaded().length;
const backend = await gcpDefinition.create(
  { project: 'acme-production', transport: 'grpc', 'auth.method': 'token', 'auth.token': SecretValue.fromText('x') },
  loopbackHost(),
);
const made = loaded().length;
await import('google-gax');
console.log(JSON.stringify({ imported, made, afterwards: loaded().length }));
await backend.close();
