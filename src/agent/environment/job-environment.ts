import { variableNameProblem } from '../../api/variable-names.ts';
import type { Assignment } from './env-file.ts';

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
  /** What was given and is not set, and why, one line each. */
  readonly ignored: readonly string[];
  readonly #basePath: string;

  constructor(options: {
    variables: readonly Variable[];
    jobEnv: Readonly<Record<string, string>>;
    secrets: Iterable<string>;
    path: string;
  }) {
    this.#locked = new Set(options.variables.flatMap(({ name, locked }) => (locked ? [name] : [])));
    this.#secrets = new Set(options.secrets);
    this.#basePath = options.path;
    this.#variables = new Map();
    const ignored: string[] = [];
    // Whoever set them should have been refused; an older orchestrator did not.
    for (const { name, value } of options.variables) {
      const problem = variableNameProblem(name);
      if (problem === undefined) this.#variables.set(name, value);
      else ignored.push(`${name} of the environment's variables was ignored: ${problem.message}`);
    }
    for (const [name, value] of Object.entries(options.jobEnv)) {
      const problem = variableNameProblem(name)?.message ?? this.#taken(name);
      if (problem === undefined) this.#variables.set(name, value);
      else ignored.push(`${name} of the job's env was ignored: ${problem}`);
    }
    this.ignored = ignored;
  }

  /** The last one of a name wins. @returns why some were ignored, one line each */
  export(assignments: readonly Assignment[]): readonly string[] {
    const ignored: string[] = [];
    for (const { name, value } of assignments) {
      const problem = this.#taken(name);
      if (problem === undefined) this.#variables.set(name, value);
      else ignored.push(`${name} was not exported: ${problem}`);
    }
    return ignored;
  }

  #taken(name: string): string | undefined {
    if (this.#secrets.has(name)) return 'a secret of the environment has this name';
    return this.#locked.has(name) ? 'it is a locked variable of the environment' : undefined;
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
