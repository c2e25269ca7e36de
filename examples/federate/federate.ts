// Two stores as one set of keys: Vault's wins, and AWS fills in what Vault does not have.
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { createBackend, createResolver } from '@kici-dev/secret-federation';

const { VAULT_ADDRESS, VAULT_TOKEN, AWS_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
const vault = await createBackend(vaultDefinition, {
  name: 'vault',
  settings: { address: VAULT_ADDRESS, mount: 'secret' },
  secrets: { 'auth.token': VAULT_TOKEN },
});
const aws = await createBackend(awsDefinition, {
  name: 'aws',
  settings: { region: 'eu-central-1', endpoint: AWS_ENDPOINT, 'auth.accessKeyId': AWS_ACCESS_KEY_ID },
  secrets: { 'auth.secretAccessKey': AWS_SECRET_ACCESS_KEY },
});
const resolver = await createResolver({
  backends: { vault: { backend: vault }, aws: { backend: aws, optional: true } },
  bindings: [{ scope: 'vault:apps/shop/**', priority: 10 }, { scope: 'aws:shared' }],
});
for (const key of resolver.list()) console.log(key, resolver.getMeta(key)?.backend, String(await resolver.get(key)));
await Promise.all([vault.close(), aws.close()]);
