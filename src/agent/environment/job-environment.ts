import type { Assignment } from './env-file.ts';
import { variableSizeProblem } from './variable-size.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly locked: boolean;
}

/** The variables of a job's steps: those of the environment, then the job's own, then what its steps have exported. */
export class JobEnvironment {
  readonly #variables: Map<string, string>;
  readonly #locked: ReadonlySet<string>;
  readonly #secrets: ReadonlySet<string>;
  readonly #folders: string[] = [];
  readonly #basePath: string;

  constructor(options: {
    variables: readonly Variable[];
    jobEnv: Readonly<Record<string, string>>;
    secrets: Iterable<string>;
    path: string;
  }) {
    this.#variables = new Map(options.variables.map(({ name, value }) => [name, value]));
    this.#locked = new Set(options.variables.flatMap(({ name, locked }) => (locked ? [name] : [])));
    this.#secrets = new Set(options.secrets);
    this.#basePath = this.#variables.get('PATH') ?? options.path;
    for (const [name, value] of Object.entries(options.jobEnv)) {
      if (!this.#locked.has(name)) this.#variables.set(name, value);
    }
  }

  /** Names of the job's own `env` that a locked variable keeps out. */
  lockedAmong(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#locked.has(name));
  }

  /** Why no program could be started with the variables as they are: the largest is named. */
  sizeProblem(): string | undefined {
    const [largest] = [...this.#variables].toSorted(([, left], [, right]) => right.length - left.length);
    return largest === undefined ? undefined : variableSizeProblem(...largest, this.variables());
  }

  /** The last one of a name wins. @returns why some were ignored, one line each */
  export(assignments: readonly Assignment[]): readonly string[] {
    const ignored: string[] = [];
    for (const { name, value } of assignments) {
      if (this.#secrets.has(name)) ignored.push(`${name} was not exported: a secret of the environment has this name`);
      else if (this.#locked.has(name))
        ignored.push(`${name} was not exported: it is a locked variable of the environment`);
      else this.#variables.set(name, value);
    }
    return ignored;
  }

  /** The last one added is searched first. */
  addPath(folder: string): void {
    this.#folders.unshift(folder);
  }

  variables(): Record<string, string> {
    const variables = Object.fromEntries(this.#variables);
    return this.#folders.length === 0
      ? variables
      : { ...variables, PATH: [...this.#folders, this.#basePath].join(':') };
  }
}
