import { cpSync, readdirSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { build, type BuildOptions, type Plugin } from 'esbuild';
import { bundleScripts } from './bytecode.ts';
import { root } from './packages.ts';

/** The programs whose start-up time is felt, each with its entry point. */
export const clients = { 'kici-admin': 'src/cli/admin/main.ts', kici: 'src/cli/kici/main.ts' } as const;

/**
 * Importing a module of Node.js evaluates all its exports and loads what is behind them: the network client behind
 * `node:http`, terminals behind `node:util`. This reads only the names that are used.
 */
const usedBuiltins: Plugin = {
  name: 'used-builtins',
  setup(hooks) {
    hooks.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      isBuiltin(path)
        ? { path, namespace: kind === 'require-call' ? 'required' : 'imported', sideEffects: false }
        : undefined,
    );
    hooks.onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = ${builtin(path)}`,
    }));
    hooks.onLoad({ filter: /.*/, namespace: 'imported' }, ({ path }) => ({
      contents: [
        `export default /* @__PURE__ */ ${builtin(path)}`,
        ...namesOf(path).map((name) => `export const ${name} = /* @__PURE__ */ ${exported(path, name)}`),
      ].join('\n'),
    }));
  },
};

function builtin(path: string): string {
  return `process.getBuiltinModule(${JSON.stringify(path)})`;
}

/** What takes long to load, and is not needed by every process that imports it. */
const late = new Set(['node:crypto', 'node:fs/promises', 'node:child_process']);

/** A function of a late module is looked up when it is called, or something in it is asked for. */
function exported(path: string, name: string): string {
  const value = `${builtin(path)}.${name}`;
  const isFunction = typeof Reflect.get(process.getBuiltinModule(path) ?? {}, name) === 'function';
  return late.has(path) && isFunction
    ? `new Proxy(function () {}, { apply: (_, self, values) => Reflect.apply(${value}, self, values), construct: (_, values) => Reflect.construct(${value}, values), get: (_, key) => ${value}[key] })`
    : `(() => ${value})()`;
}

function namesOf(path: string): readonly string[] {
  return Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => /^\w+$/.test(name) && name !== 'default');
}

/**
 * Commander wants it only for subcommands that are separate programs, which no client has. It gets the module when it
 * asks for something in it.
 */
const lateChildProcess: Plugin = {
  name: 'late-child-process',
  setup(hooks) {
    hooks.onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'child-process', namespace: 'late' } : undefined,
    );
    hooks.onLoad({ filter: /.*/, namespace: 'late' }, () => ({
      contents:
        'export default new Proxy({}, { get: (_, name) => process.getBuiltinModule("node:child_process")[name] })',
    }));
  },
};

const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'linked',
  minify: true,
  logLevel: 'error',
};

/** Dependencies that a few commands load when they need them: their bytecode would cost all others milliseconds. */
const onDemand = ['yaml', '@inquirer/*'];

/**
 * Bundles clients to JavaScript that starts fast: a script for each program, with its bytecode, one of `kici` for most
 * commands, and one for what starts the first process of a run.
 */
export async function bundleClients(output: string): Promise<void> {
  await Promise.all([
    bundleScripts({
      ...options,
      entryPoints: { kici: clients.kici },
      outdir: output,
      plugins: [lateChildProcess, usedBuiltins],
    }),
    bundleScripts({
      ...options,
      entryPoints: { 'kici-early': 'src/cli/kici/early.ts', 'kici-run': clients.kici },
      outdir: output,
      plugins: [otherCommands, lateChildProcess, usedBuiltins],
    }),
    bundleScripts({
      ...options,
      entryPoints: { 'kici-admin': clients['kici-admin'] },
      outdir: output,
      external: onDemand,
      plugins: [lateChildProcess, usedBuiltins],
    }),
  ]);
  // `backend scaffold` copies these as they are.
  cpSync(join(root, 'src/cli/admin/scaffold/template'), join(output, 'template'), { recursive: true });
}

/** Commands with a parser or schemas, whose bytecode would cost all others milliseconds. */
const otherCommands: Plugin = {
  name: 'other-commands',
  setup(hooks) {
    hooks.onLoad({ filter: /\/(?:types\/types|check\/check|dry-run\/dry-run)\.ts$/ }, () => ({ contents: '' }));
  },
};

/**
 * A script for the processes that run steps, a file for the threads that these start, and one that cleans up. The SDK
 * stays outside: workflows import the same copy.
 */
export async function bundleStepHost(output: string): Promise<void> {
  const external = ['@kici-dev/sdk'];
  await bundleScripts({
    ...options,
    entryPoints: { 'step-host': 'src/agent/step-host/main.ts' },
    outdir: output,
    external,
    plugins: [ownImports, usedBuiltins],
  });
  await build({
    ...options,
    entryPoints: { 'step-host-worker': 'src/agent/step-host/worker.ts', sweeper: 'src/agent/mounts/sweeper.ts' },
    outdir: output,
    outExtension: { '.js': '.mjs' },
    external,
    plugins: [usedBuiltins],
  });
}

/** A script cannot import: the module that runs it does. */
const ownImports: Plugin = {
  name: 'own-imports',
  setup(hooks) {
    hooks.onLoad({ filter: /\/import-module\.ts$/ }, () => ({
      contents: 'export const importer = import.meta.url, importModule = import.meta.importModule;',
    }));
  },
};

/** Merges a package's own modules into one, since every step process loads it. Declarations stay as they are. */
export async function mergeModules(folder: string): Promise<void> {
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.js(\.map)?$/.test(file),
  );
  // Errors are told apart by their class names.
  await build({
    ...options,
    absWorkingDir: folder,
    entryPoints: ['index.js'],
    outfile: 'index.js',
    allowOverwrite: true,
    keepNames: true,
  });
  for (const file of modules) if (!file.startsWith('index.js')) rmSync(join(folder, file));
}
