import { BackendError, type BackendHost } from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import type { Logger } from 'pino';
import type { OpenInstance } from '../orchestrator/backends/instances.ts';
import type { CheckSettings } from '../orchestrator/backends/settings.ts';
import type { ServerSettings } from './settings.ts';

export const checkSettings: CheckSettings = () => [{ field: 'type', problem: 'cannot be opened yet', hint: 'use the internal store' }];

/** Opens the internal store only, until the host is there. */
export function createOpenInstance(settings: ServerSettings, log: Logger, now: () => number): OpenInstance {
  return (definition, spec): HostedBackend => {
    const host: BackendHost = {
      name: spec.name, organization: spec.organization, ambient: { credentials: settings.ambientCredentials, paths: settings.ambientPaths },
      resolveAddress: async () => { throw new BackendError('unsupported'); },
      log: (level, message, fields) => log[level]({ backend: spec.name, ...fields }, message), now,
    };
    const backend = definition.create({}, host);
    if (backend instanceof Promise) throw new BackendError('unsupported');
    return {
      ...backend,
      ready: async () => backend.capabilities,
      readAged: async (refs, context) => (await backend.read(refs, context)).map((outcome) => ({ outcome })),
      async listAged(query, context) {
        const names = { secrets: [], unlisted: [], unnameable: [], ageMs: 0 } as { secrets: Awaited<ReturnType<HostedBackend['listAged']>>['secrets'][number][]; unlisted: []; unnameable: []; ageMs: number };
        for await (const page of backend.list(query, context)) names.secrets.push(...page.secrets);
        return names;
      },
      health: () => ({ breaker: 'closed' }),
      invalidate: () => undefined,
    };
  };
}
