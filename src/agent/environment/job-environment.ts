import { variableNameProblem } from '../../api/variable-names.ts';
import { bounds } from '../channel/bounds.ts';
import type { Assignment } from './env-file.ts';
import { variableSizeProblem } from './variable-size.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly locked: boolean;
}

/** The variables of a job's steps: the environment's, then the job's own, then those that its steps exported. */
export class JobEnvironment {
  readonly #variables: Map<string, string>;
  readonly #locked: ReadonlySet<string>;
  readonly #secrets: ReadonlySet<string>;
  #folders: readonly string[] = [];
  readonly #exported = new Set<string>();
  /** Given variables that are not set, and why, one line each. */
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
    // Setting them should have been refused, but older orchestrators did not.
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

  /** Why the variables together are too large for any program; names the largest. */
  sizeProblem(): string | undefined {
    const [largest] = [...this.#variables].toSorted(([, left], [, right]) => right.length - left.length);
    return largest === undefined ? undefined : variableSizeProblem(...largest, this.variables());
  }

  /**
   * The last assignment of a name wins; the number of exports in a job is limited.
   * @returns why some were ignored, one line each
   */
  export(assignments: readonly Assignment[]): readonly string[] {
    const ignored: string[] = [];
    for (const { name, value } of assignments) {
      const problem = this.#taken(name) ?? this.#admit(name);
      if (problem === undefined) this.#variables.set(name, value);
      else ignored.push(`${name} was not exported: ${problem}`);
    }
    return ignored;
  }

  #taken(name: string): string | undefined {
    if (this.#secrets.has(name)) return 'a secret of the environment has this name';
    return this.#locked.has(name) ? 'it is a locked variable of the environment' : undefined;
  }

  #admit(name: string): string | undefined {
    if (!this.#exported.has(name) && this.#exported.size >= bounds.exports)
      return `the steps of a job export at most ${bounds.exports} variables`;
    this.#exported.add(name);
    return undefined;
  }

  /** The last folder added is searched first. @returns why it was not added */
  addPath(folder: string): string | undefined {
    const folders = [folder, ...this.#folders.filter((other) => other !== folder)];
    if (folders.length > bounds.folders || folders.join(':').length > bounds.folderCharacters)
      return `${folder} was not added to PATH: a job adds at most ${bounds.folders} folders of ${bounds.folderCharacters} characters`;
    this.#folders = folders;
    return undefined;
  }

  variables(): Record<string, string> {
    const variables = Object.fromEntries(this.#variables);
    return this.#folders.length === 0
      ? variables
      : { ...variables, PATH: [...this.#folders, this.#basePath].join(':') };
  }
}
