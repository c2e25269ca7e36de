import { EnvironmentNameError } from '@kici-dev/sdk';
import { variableNameProblem } from '../../api/variable-names.ts';

/** The environment of this process, which is the step's, and of every program that it starts from here on. */
export class ProcessEnvironment {
  /** The sandbox's own place for temporary files, whatever the job's variables say: another may outlive the sandbox. */
  readonly temporary: string = process.env['TMPDIR'] ?? '/tmp';
  /** What variables held before a file's path took their place. */
  readonly #before = new Map<string, string | undefined>();

  /** The job's variables; the runner's own names stay. */
  assign(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(variables)) if (!name.startsWith('KICI_')) process.env[name] = value;
  }

  /** @throws EnvironmentNameError */
  requireName(name: string): void {
    const problem = variableNameProblem(name);
    if (problem !== undefined) throw new EnvironmentNameError(problem.code, problem.message);
  }

  set(name: string, value: string): void {
    process.env[name] = value;
  }

  setUntilTheEnd(name: string, value: string): void {
    if (!this.#before.has(name)) this.#before.set(name, process.env[name]);
    process.env[name] = value;
  }

  prependPath(folder: string): void {
    process.env['PATH'] = `${folder}:${process.env['PATH'] ?? ''}`;
  }

  restore(): void {
    for (const [name, value] of this.#before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    this.#before.clear();
  }
}
