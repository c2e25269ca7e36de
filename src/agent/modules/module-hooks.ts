import { existsSync, statSync } from 'node:fs';
import { registerHooks, type LoadFnOutput } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StrippedSource } from '../channel/from-agent.ts';
import { keepWorkerOutput } from '../step-host/worker-output.ts';
import { entryOf, linkSource } from './import-workflow.ts';
import { endSyntaxLook, syntaxSource } from './plain-javascript.ts';

const sdk = '@kici-dev/sdk';

/** Is told of each module before its code runs. What it throws, the import throws. */
export interface ModuleObserver {
  /** @param url `undefined`: the name resolves to nothing */
  resolved(reference: ModuleReference, url: string | undefined): void;
  /** @param source what runs; `undefined`: Node.js reads the file its own way */
  loaded(path: string, source: string | Uint8Array | undefined): void;
}

/** A name as a module writes it. */
export interface ModuleReference {
  readonly parent: string;
  /** The two may resolve to different files. */
  readonly kind: 'import' | 'require';
  readonly specifier: string;
}

export interface ModuleHooks {
  /**
   * Spares that source from being stripped when imported, for which Node.js loads more than for the rest of its start.
   */
  add(source: StrippedSource): void;
  observe(observer: ModuleObserver): void;
}

/**
 * Lets a workflow import the SDK in a folder without node_modules, and use TypeScript modules without a package.json
 * that says so.
 */
export function registerModuleHooks(): ModuleHooks {
  const stripped = new Map<string, string>();
  let observer: ModuleObserver | undefined;
  let knowsWorkers = false;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (!knowsWorkers && /^(?:node:)?worker_threads$/.test(specifier)) {
        knowsWorkers = true;
        keepWorkerOutput();
      }
      endSyntaxLook(context.parentURL);
      if ((linkSource(specifier) ?? syntaxSource(specifier)) !== undefined)
        return { url: specifier, format: 'module', shortCircuit: true };
      const reference: ModuleReference = {
        parent: entryOf(context.parentURL),
        kind: context.conditions.includes('require') ? 'require' : 'import',
        specifier,
      };
      let resolved;
      try {
        resolved = specifier === sdk ? resolveSdk(context, nextResolve) : nextResolve(specifier, context);
      } catch (error) {
        observer?.resolved(reference, undefined);
        throw error;
      }
      observer?.resolved(reference, resolved.url);
      return isWorkflowSource(resolved.url) ? { ...resolved, format: 'module-typescript' } : resolved;
    },
    load(url, context, nextLoad) {
      const own = linkSource(url) ?? syntaxSource(url);
      if (own !== undefined) return { format: 'module', source: own, shortCircuit: true };
      if (!url.startsWith('file:')) return nextLoad(url, context);
      const path = fileURLToPath(url);
      // Reading anything else could wait forever.
      if (!statSync(path).isFile()) throw new Error(`${path} is not a plain file`);
      const loaded = nextLoad(url, context);
      const source = sourceOf(loaded);
      observer?.loaded(path, source);
      if (loaded.format !== 'module-typescript' || typeof source !== 'string') return loaded;
      const javascript = stripped.get(source);
      return javascript === undefined ? loaded : { ...loaded, format: 'module', source: javascript };
    },
  });
  return {
    add: ({ typescript, javascript }) => {
      stripped.set(typescript, javascript);
    },
    observe: (next) => {
      observer = next;
    },
  };
}

function resolveSdk<Context extends { parentURL: string | undefined; conditions: string[] }, Resolved>(
  context: Context,
  nextResolve: (specifier: string, context: Context) => Resolved,
): Resolved {
  const own = { ...context, parentURL: import.meta.url };
  // Node.js takes ten times as long to find that there is none.
  if (!context.conditions.includes('require') && !hasSdkAbove(context.parentURL)) return nextResolve(sdk, own);
  try {
    return nextResolve(sdk, context);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    return nextResolve(sdk, own);
  }
}

/** Whether a look-up in the folders above a module may come upon the SDK. */
function hasSdkAbove(url: string | undefined): boolean {
  if (url?.startsWith('file:') !== true) return true;
  for (let folder = dirname(fileURLToPath(url)); ; folder = dirname(folder)) {
    if (existsSync(`${folder}/node_modules/${sdk}`)) return true;
    if (folder === dirname(folder)) return false;
  }
}

/** The source as text, whether Node.js read the file as text or as bytes; as bytes only if it is not text. */
function sourceOf({ format, source }: LoadFnOutput): string | Uint8Array | undefined {
  if (source === null || source === undefined) return undefined;
  if (typeof source === 'string') return source;
  const bytes = ArrayBuffer.isView(source)
    ? Buffer.from(source.buffer, source.byteOffset, source.byteLength)
    : Buffer.from(source);
  return format === 'wasm' ? bytes : bytes.toString();
}

function isWorkflowSource(url: string): boolean {
  return url.startsWith('file:') && url.includes('/.kici/') && /\.ts(?:\?|$)/.test(url);
}
