import { FakeAws, staticKey } from '../../backends/aws/test/fake/fake-aws.ts';
import { rawClient, staticSecret } from '../../backends/aws/test/support/client.ts';
import { openGateway } from '../../backends/vault/test/support/gateway.ts';
import { fakeServer } from '../../backends/vault/test/support/server.ts';

/** Stand-ins of Vault and AWS with secrets of a shop, and the variables that tell where they are. */
export async function startStores() {
  const server = fakeServer();
  const vault = await openGateway(server.upstream);
  const put = async (path: string, data: object): Promise<void> => {
    const answer = await fetch(`${vault.address}/v1/secret/data/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': server.rootToken },
      body: JSON.stringify({ data }),
    });
    if (!answer.ok) throw new Error(`the stand-in answered ${answer.status}`);
  };
  await put('apps/shop/db', { DB_PASSWORD: 'vault-canary' });
  const aws = await FakeAws.start();
  const client = rawClient(aws.endpoint);
  for (const [Name, SecretString] of [
    ['shared/DB_PASSWORD', 'aws-canary'],
    ['shared/API_KEY', 'key-canary'],
  ])
    await client.createSecret({ Name, SecretString });
  client.destroy();
  return {
    environment: {
      VAULT_ADDRESS: vault.address,
      VAULT_TOKEN: server.rootToken,
      AWS_ENDPOINT: aws.endpoint,
      AWS_ACCESS_KEY_ID: staticKey,
      AWS_SECRET_ACCESS_KEY: staticSecret,
    },
    async [Symbol.asyncDispose]() {
      await vault.close();
      await aws.stop();
    },
  };
}
