import { registerHooks } from 'node:module';

const sdk = '@kici-dev/sdk';

/**
 * Lets a workflow import the SDK in a folder that has no node_modules, and write TypeScript modules without a
 * package.json that says so.
 */
export function registerModuleHooks(): void {
  const own = import.meta.resolve(sdk);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== sdk) {
        const resolved = nextResolve(specifier, context);
        return isWorkflowSource(resolved.url) ? { ...resolved, format: 'module-typescript' } : resolved;
      }
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
        return { url: own, shortCircuit: true };
      }
    },
  });
}

function isWorkflowSource(url: string): boolean {
  return url.startsWith('file:') && url.includes('/.kici/') && /\.ts(?:\?|$)/.test(url);
}
