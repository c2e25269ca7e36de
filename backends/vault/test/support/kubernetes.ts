import { once } from 'node:events';
import { createServer } from 'node:http';
import { isRecord, member, memberText, parseJson } from '../../wire/json.ts';

export interface TokenReviewer {
  readonly address: string;
  stop(): Promise<void>;
}

/** The cluster API that tells Vault whether a service account's token is valid. */
export async function openTokenReviewer(
  accepted: string,
  account: { readonly namespace: string; readonly name: string },
): Promise<TokenReviewer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const review = parseJson(Buffer.concat(chunks).toString('utf8'));
      const authenticated = memberText(member(review, 'spec'), 'token') === accepted;
      const user = {
        username: `system:serviceaccount:${account.namespace}:${account.name}`,
        uid: 'uid-of-the-account',
        groups: ['system:serviceaccounts'],
      };
      response.writeHead(201, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          ...(isRecord(review) && review),
          status: authenticated ? { authenticated, user } : { authenticated, error: 'no' },
        }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return {
    address: `http://127.0.0.1:${bound.port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
