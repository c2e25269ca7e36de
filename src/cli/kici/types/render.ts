import type { KnownKeys, KeyOrigin } from './names.ts';

const head = '// Written by `kici types`; do not edit it. Run that again when workflows or secrets have changed.';
const sdk = "'@kici-dev/sdk'";
const environmentsLine = /^\/\/ environments: (\[.*\])$/m;

/** The declarations; the same text for the same names in any order. */
export function renderTypes(environments: readonly string[], keys: KnownKeys['keys']): string {
  const properties = [...keys].map(
    ([key, places]) =>
      `    /**\n${places.map((place) => `     * - ${comment(place)}\n`).join('')}     */\n    readonly ${literal(key)}: unknown;\n`,
  );
  return `${head}
// environments: ${literal(environments)}
import type { SecretFileOptions, SecretMeta } from ${sdk};

declare module ${sdk} {
  /** Keys of the environments that the workflows bind, and where each comes from. */
  interface SecretKeys {
${properties.join('')}  }

  interface StepSecrets {
    get(key: SecretKey): Promise<string>;
    expose(key: SecretKey): Promise<void>;
    has(key: SecretKey): boolean;
    getMeta(key: SecretKey): SecretMeta | undefined;
    mountFile(options: KeyedFileOptions): Promise<{ path: string }>;
    exposeFile(variable: string, options: KeyedFileOptions): Promise<{ path: string }>;
  }
}

/** Any other text is a key too: \`string & {}\` keeps the names apart from it. */
type SecretKey = keyof import(${sdk}).SecretKeys | (string & {});

interface KeyedFileOptions extends Omit<SecretFileOptions, 'sources'> {
  readonly sources: readonly SecretKey[];
}
`;
}

/** The environments that a generated file was written for; `undefined` for any other text. */
export function environmentsOf(text: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(environmentsLine.exec(text)?.[1] ?? '');
    return Array.isArray(names) ? names.map(String) : undefined;
  } catch {
    return undefined;
  }
}

/** A JSON literal in ASCII: no name can end the literal or its line, or change how the text around it is shown. */
function literal(value: string | readonly string[]): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const states = { available: '', declared: ' (declared, not set)', unavailable: ' (unavailable' } as const;

function comment({ environment, backend, scope, status, code }: KeyOrigin): string {
  const state = states[status];
  return (
    plain(`${environment}: ${backend}:${scope}`) +
    (status === 'unavailable' ? `${state}: ${plain(code ?? 'unknown')})` : state)
  );
}

/** Only characters that can neither end a comment nor begin one of its tags. */
function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._:/-]/g, '?');
}
