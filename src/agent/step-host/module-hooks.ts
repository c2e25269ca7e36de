import { registerHooks } from 'node:module';

const sdk = '@kici-dev/sdk';
/** A module of TypeScript with nothing in it. */
const nothing = 'kici:nothing';

/**
 * Lets a workflow import the SDK in a folder that has no node_modules, and write TypeScript modules without a
 * package.json that says so.
 */
export function registerModuleHooks(): void {
  const own = import.meta.resolve(sdk);
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier === nothing) return { url: nothing, shortCircuit: true };
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
    load: (url, context, nextLoad) => (url === nothing ? { format: 'module-typescript', source: '', shortCircuit: true } : nextLoad(url, context)),
  });
}

/** Has Node.js load what it needs for TypeScript, which takes longer than all the rest of the start, before there is a workflow to wait for it. */
export async function prepareForTypeScript(): Promise<void> {
  await import(nothing);
}

function isWorkflowSource(url: string): boolean {
  return url.startsWith('file:') && url.includes('/.kici/') && /\.ts(?:\?|$)/.test(url);
}
