import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { bounds } from '../channel/bounds.ts';
import type { FileRecord, ImportRecord, ModuleRecords } from '../channel/from-agent.ts';
import type { ModuleObserver, ModuleReference } from './module-hooks.ts';

/** Records each module's file and what each name resolved to; the first time counts. */
export class ModuleRecorder implements ModuleObserver {
  readonly #files = new Map<string, FileRecord>();
  readonly #imports = new Map<string, ImportRecord>();
  #taken = { files: 0, imports: 0 };
  #room: number = bounds.recordedCharacters;

  resolved(reference: ModuleReference, url: string | undefined): void {
    const key = keyOf(reference);
    // Such long names only occur where the URL contains the module itself, which cannot change.
    if ([reference.parent, reference.specifier, url ?? ''].some((text) => text.length > bounds.urlCharacters)) return;
    if (!this.#imports.has(key)) this.#imports.set(key, { ...reference, url: url ?? null });
  }

  loaded(path: string, source: string | Uint8Array | undefined): void {
    if (this.#files.has(path)) return;
    const isShort = typeof source === 'string' && source.length <= this.#room;
    if (isShort) this.#room -= source.length;
    this.#files.set(path, isShort ? { path, code: source } : { path, sha256: digest(path, source) });
  }

  /** What is new since the last call. */
  take(): ModuleRecords {
    const files = [...this.#files.values()].slice(this.#taken.files);
    const imports = [...this.#imports.values()].slice(this.#taken.imports);
    this.#taken = { files: this.#files.size, imports: this.#imports.size };
    return { files, imports };
  }
}

/** A step would load something other than what existed before any project code ran. */
export class ModuleChangedError extends Error {
  override readonly name = 'ModuleChangedError';
}

/** Compares each module of a step with the records. Modules that were not recorded pass. */
export class ModuleGuard implements ModuleObserver {
  readonly #files: ReadonlyMap<string, FileRecord>;
  readonly #imports: ReadonlyMap<string, string | null>;
  readonly #project: string;
  #changed: ModuleChangedError | undefined;

  /**
   * @param records the first record of a file or name counts: later ones may come from author code
   * @param project a folder, as a URL that ends with "/"
   */
  constructor({ files, imports }: ModuleRecords, project: string) {
    this.#files = new Map(files.toReversed().map((record) => [record.path, record]));
    this.#imports = new Map(imports.toReversed().map((record) => [keyOf(record), record.url]));
    this.#project = project;
  }

  resolved(reference: ModuleReference, url: string | undefined): void {
    const before = this.#imports.get(keyOf(reference));
    if (before === undefined || before === (url ?? null)) return;
    // A module of an image, unknown when the records were made: no step can replace it.
    if (before === null && url?.startsWith(this.#project) !== true) return;
    const { parent, specifier } = reference;
    this.#refuse(
      `${JSON.stringify(specifier)} in ${parent} led to ${before ?? 'nothing'} when the run began, and leads to ${url ?? 'nothing'} now`,
    );
  }

  loaded(path: string, source: string | Uint8Array | undefined): void {
    const before = this.#files.get(path);
    if (before === undefined) return;
    if ('code' in before ? before.code !== source : before.sha256 !== digest(path, source))
      this.#refuse(`${path} has changed since the run began`);
  }

  /** Author code may have caught what the import threw. @throws ModuleChangedError */
  requireUnchanged(): void {
    if (this.#changed !== undefined) throw this.#changed;
  }

  #refuse(what: string): never {
    this.#changed ??= new ModuleChangedError(
      `${what}; every step loads what was there before any code of the project ran, so a step must not write what a workflow imports`,
    );
    throw this.#changed;
  }
}

function keyOf({ parent, kind, specifier }: ModuleReference): string {
  return JSON.stringify([parent, kind, specifier]);
}

function digest(path: string, source: string | Uint8Array | undefined): string {
  return hash('sha256', source ?? readFileSync(path));
}
