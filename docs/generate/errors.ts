import { failureCodes } from '@kici-dev/secret-backend';
import { apiErrors, clientErrors } from '../../src/api/errors.ts';
import { clientErrorCodes } from '../../src/cli/terminal/errors.ts';

/** What a step can catch, by class; a test holds it against what the package exports. */
export const stepErrors: readonly (readonly [name: string, code: string, meaning: string, next: string])[] = [
  ['SecretNotFoundError', 'secret_not_found', 'there is no such secret: every backend that could hold it was asked and said so', 'look at the near matches in the message; `ctx.secrets.list()` shows what there is'],
  ['SecretUnavailableError', 'a backend code, below', 'whether there is a value, or what it is, could not be found out; nothing else was served in its place', 'follow the hint; `kici-admin explain` shows the backend that is in the way'],
  ['SecretNotSetError', 'secret_not_set', 'the name was declared and has no value yet', 'set it with `kici-admin secret set`'],
  ['BinarySecretError', 'secret_binary', 'the value is no text', 'use `ctx.secrets.mountFile`, which gives every byte'],
  ['SecretPropertyAccessError', 'secret_property_access', 'a secret was read as a property of `ctx.secrets`', 'call `get` or `has`, as the message shows'],
  ['SecretFileError', 'no_sources, invalid_options, invalid_file_name, duplicate_file_name, cannot_write', 'a secret could not become a file', 'correct what the message names'],
  ['EnvironmentNameError', 'invalid_variable, refused_variable', 'a name cannot, or must not, be an environment variable of a step', 'choose another name; those that change how programs load code are refused'],
  ['WorkflowDefinitionError', 'workflow_invalid', 'a file does not define a workflow that can run', 'correct the places that the message lists'],
];

/** Every stable code, from the tables that the programs use. */
export function errorsPage(): string {
  return [
    '# Errors',
    'Every error says what failed, why, and what to do next, and carries one of these codes. Codes are stable; messages may change.',
    '## Backends', 'Why a backend could not say what a value is. None of these ever means that the secret is not there. *Passing*: the same call may succeed a moment later by itself.',
    table(['code', 'what happened', 'what to do', 'passing'], Object.entries(failureCodes).map(([code, { meaning, hint, transient }]) => [anchor('backend', code), meaning, hint, transient ? 'yes' : ''])),
    '## HTTP API',
    table(['code', 'status', 'what to do'], Object.entries(apiErrors).map(([code, { status, hint }]) => [anchor('api', code), String(status), hint])),
    '## Programs', 'A program fails with a code of the API, or with one of its own. `usage` ends with exit code 2, every other with 1. The second line of the message says what to do.',
    table(['code', 'what happened'], [
      ...Object.entries(clientErrors).map(([code, { hint }]) => [anchor('program', code), hint]),
      ...Object.entries(clientErrorCodes).map(([code, meaning]) => [anchor('program', code), meaning]),
    ]),
    '## Steps', 'What `ctx.secrets` and `ctx.setEnv` throw or reject with. All are exported by `@kici-dev/sdk` and recognised by `instanceof` and `is`.',
    table(['class', 'code', 'what happened', 'what to do'], stepErrors.map(([name, ...rest]) => [`\`${name}\``, ...rest])),
    '## Embedded resolver', 'The codes of `ResolverError`: `secret_not_found`, `secret_unavailable`, `secret_not_set` and `catalogue_unavailable`, the last when the names of a required backend cannot be had.',
  ].join('\n\n') + '\n';
}

function anchor(kind: string, code: string): string {
  return `<a id="${kind}-${code}"></a>\`${code}\``;
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
