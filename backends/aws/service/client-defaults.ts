import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { silentLogger } from './transport.ts';

/**
 * Settings of every SDK client. All are given, so that the SDK looks for none in the server's environment variables or
 * shared files; only one attempt, because the host retries.
 */
export function clientDefaults(region: string, requestHandler: NodeHttpHandler) {
  return {
    region,
    requestHandler,
    logger: silentLogger,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    userAgentAppId: 'kici',
    authSchemePreference: [] as string[],
  };
}
