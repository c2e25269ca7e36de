import { internalBackendName, nearMatches, parseKey } from '@kici-dev/secret-backend';
import {
  SecretNotFoundError,
  SecretNotSetError,
  SecretUnavailableError,
  type SecretAccessError,
  type SecretProblem,
} from '@kici-dev/sdk';
import type { KeyProblem, StartStep } from '../channel/from-agent.ts';
import { settingCommand } from '../session/setting-command.ts';

/** Turns the agent's answers about keys into the errors that an author sees. */
export class SecretProblems {
  readonly #job: string;
  readonly #environment: string | undefined;
  readonly #writeScope: string | undefined;
  readonly #names: readonly string[];

  constructor(
    { job, environment, writeScope }: Pick<StartStep, 'job' | 'environment' | 'writeScope'>,
    names: readonly string[],
  ) {
    this.#job = job;
    this.#environment = environment;
    this.#writeScope = writeScope;
    this.#names = names;
  }

  /** @throws SecretNotFoundError for what cannot be a key */
  requireKeys(keys: readonly unknown[]): void {
    const impossible = keys
      .map((key) => ({ key: String(key), parsed: parseKey(typeof key === 'string' ? key : '') }))
      .filter(({ parsed }) => !parsed.ok);
    if (impossible.length === 0) return;
    const message = `there is no secret ${impossible.map(({ key }) => JSON.stringify(key.slice(0, 80))).join(', ')}: a key starts with a letter or "_" and has at most 255 of A-Z, a-z, 0-9, "_", "." and "-"`;
    throw new SecretNotFoundError(
      message,
      impossible.map(({ key }) => ({ key, status: 'not_found' })),
    );
  }

  /** One error for all of them. A missing key outweighs an unavailable one, since waiting does not help it. */
  toError(problems: readonly KeyProblem[]): SecretAccessError {
    const message = problems.map((problem) => this.#describe(problem)).join('; ');
    const told = problems.map(toSecretProblem);
    if (problems.some(({ status }) => status === 'not_found' || status === 'refused'))
      return new SecretNotFoundError(message, told);
    if (problems.some(({ status }) => status === 'unavailable')) return new SecretUnavailableError(message, told);
    return new SecretNotSetError(message, told);
  }

  /** @param declared where the name is; a command for another place would not help */
  #command(key: string, declared?: { readonly backend: string; readonly scope: string }): string {
    const scope = this.#writeScope;
    const elsewhere = declared !== undefined && scopeText(declared) !== scope;
    const command = elsewhere ? undefined : settingCommand(key, scope);
    return command === undefined ? '' : `; \`${command}\` sets it`;
  }

  #describe(problem: KeyProblem): string {
    switch (problem.status) {
      case 'not_found': {
        if (this.#environment === undefined)
          return `there is no secret ${problem.key}: the job ${JSON.stringify(this.#job)} binds no environment; add environment: '…' to the job`;
        const near = nearMatches(problem.key, this.#names);
        return `the environment ${this.#environment} has no secret ${problem.key}${near.length === 0 ? '' : `; near it: ${near.join(', ')}`}${this.#command(problem.key)}`;
      }
      case 'refused':
        return `the job ${JSON.stringify(this.#job)} states its secrets, and ${problem.key} is not one of them; add it to the job's secrets`;
      case 'not_set':
        return `the secret ${problem.key} is declared in ${problem.backend}:${problem.scope} and has no value yet${this.#command(problem.key, problem) || '; set one there'}`;
      case 'unavailable':
        return `the secret ${problem.key}${place(problem)} is unavailable: ${problem.meaning} [${problem.code}]${problem.reason === undefined ? '' : ` [${problem.reason}]`}; ${problem.hint}`;
    }
  }
}

function scopeText({ backend, scope }: { readonly backend: string; readonly scope: string }): string {
  return backend === internalBackendName ? scope : `${backend}:${scope}`;
}

function place({ backend, scope }: { readonly backend: string; readonly scope: string }): string {
  return backend === '' ? '' : ` of ${backend}:${scope}`;
}

function toSecretProblem(problem: KeyProblem): SecretProblem {
  const { key, status } = problem;
  if (status === 'not_found' || status === 'refused') return { key, status };
  const { backend, scope } = problem;
  return status === 'not_set'
    ? { key, status, backend, scope }
    : {
        key,
        status,
        backend,
        scope,
        code: problem.code,
        ...(problem.reason !== undefined && { reason: problem.reason }),
        hint: problem.hint,
      };
}
