import { EnvironmentNameError } from '@kici-dev/sdk';
import { variableNameProblem } from '../../api/variable-names.ts';
import { variableSizeProblem } from '../environment/variable-size.ts';

/** The environment of this process, which is the step's, and of every program that it starts from now on. */
export class ProcessEnvironment {
  /**
   * The sandbox's own folder for temporary files, whatever the job's variables say: another may outlive the sandbox.
   */
  readonly temporary: string;
  /** What variables held before they got a file's path. */
  readonly #before = new Map<string, string | undefined>();

  constructor(temporary: string) {
    this.temporary = temporary;
  }

  /** Sets the job's variables; the runner's own names stay. */
  assign(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(variables)) if (!name.startsWith('KICI_')) process.env[name] = value;
  }

  /** @throws EnvironmentNameError */
  requireName(name: string): void {
    const problem = variableNameProblem(name);
    if (problem !== undefined) throw new EnvironmentNameError(problem.code, problem.message);
  }

  /** @param others default: none @throws EnvironmentNameError if no program could be started with it */
  requireSize(name: string, value: string, others?: NodeJS.ProcessEnv): void {
    const problem = variableSizeProblem(name, value, others);
    if (problem !== undefined) throw new EnvironmentNameError('variable_too_large', problem);
  }

  /** @throws EnvironmentNameError */
  set(name: string, value: string): void {
    this.requireSize(name, value, process.env);
    process.env[name] = value;
  }

  /** @throws EnvironmentNameError */
  setUntilTheEnd(name: string, value: string): void {
    this.requireSize(name, value, process.env);
    if (!this.#before.has(name)) this.#before.set(name, process.env[name]);
    process.env[name] = value;
  }

  /** @throws EnvironmentNameError */
  prependPath(folder: string): void {
    this.set('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  }

  restore(): void {
    for (const [name, value] of this.#before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    this.#before.clear();
  }
}
