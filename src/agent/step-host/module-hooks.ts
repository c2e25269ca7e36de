import { registerHooks } from 'node:module';
import type { StrippedSource } from '../channel/from-agent.ts';
import { keepWorkerOutput } from './worker-output.ts';

const sdk = '@kici-dev/sdk';

export interface ModuleHooks {
  /** Saves the import of that source from being stripped, for which Node.js loads more than for all the rest of its start. */
  add(source: StrippedSource): void;
}

/**
 * Lets a workflow import the SDK in a folder that has no node_modules, and write TypeScript modules without a
 * package.json that says so.
 */
export function registerModuleHooks(): ModuleHooks {
  const stripped = new Map<string, string>();
  let knowsWorkers = false;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!knowsWorkers && /^(?:node:)?worker_threads$/.test(specifier)) {
        knowsWorkers = true;
        keepWorkerOutput();
      }
      if (specifier !== sdk) {
        const resolved = nextResolve(specifier, context);
        return isWorkflowSource(resolved.url) ? { ...resolved, format: 'module-typescript' } : resolved;
      }
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
    },
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const { format, source } = loaded;
      if (stripped.size === 0 || format !== 'module-typescript' || !ArrayBuffer.isView(source)) return loaded;
      const javascript = stripped.get(textOf(source));
      return javascript === undefined ? loaded : { ...loaded, format: 'module', source: javascript };
    },
  });
  return {
    add: ({ typescript, javascript }) => {
      stripped.set(typescript, javascript);
    },
  };
}

function textOf(source: NodeJS.ArrayBufferView): string {
  return Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString();
}

function isWorkflowSource(url: string): boolean {
  return url.startsWith('file:') && url.includes('/.kici/') && /\.ts(?:\?|$)/.test(url);
}
