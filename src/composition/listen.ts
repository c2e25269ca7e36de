import { createServer } from 'node:net';
import type { HttpServer } from '../orchestrator/http/server.ts';
import type { ServerSettings } from './settings.ts';
import { StartError } from './start-error.ts';

/** Checked before anything is made, so that a server that cannot listen leaves nothing behind. */
export async function requireFreeAddress({ host, port }: ServerSettings): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw cannotListen(error, { host, port });
  }
  await new Promise((resolve) => {
    probe.close(resolve);
  });
}

/**
 * Makes the server listen, and explains why it cannot.
 * @throws StartError `cannot_listen`
 */
export async function listen(server: HttpServer, { host, port }: ServerSettings): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw cannotListen(error, { host, port });
  }
}

/** @param flags that say where it listens */
export function cannotListen(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  flags = '--host and --port',
): StartError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return code === 'EADDRINUSE'
    ? new StartError(
        'cannot_listen',
        `something is already listening on ${host}:${port}`,
        `stop it, or choose another port with ${flags}`,
      )
    : new StartError(
        'cannot_listen',
        `cannot listen on ${host}:${port} (${code})`,
        `choose another address with ${flags}`,
      );
}
