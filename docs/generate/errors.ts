import { failureCodes, failureReasons } from '@kici-dev/secret-backend';
import type { ResolverErrorCode } from '@kici-dev/secret-federation';
import type * as z from 'zod';
import { apiErrors, clientErrors } from '../../src/api/api-error.ts';
import type { operations } from '../../src/api/registry.ts';
import { clientErrorCodes } from '../../src/cli/terminal/command-error.ts';
import { stepErrors } from './step-errors.ts';

type ProblemKind = z.output<(typeof operations)['resolution.check']['output']>['problems'][number]['kind'];
interface Told {
  readonly meaning: string;
  readonly next: string;
}

const resolverErrors = {
  secret_not_found: {
    meaning: 'no backend has the key: each that could was asked and said so',
    next: 'look at the near matches in the message, and at `resolver.list()`',
  },
  secret_unavailable: {
    meaning:
      "whether there is a value, or what it is, could not be found out; the message ends with the backend's own code",
    next: 'follow the hint of that code; `resolver.explain(key)` shows what is in the way',
  },
  secret_not_set: {
    meaning: 'the name is declared and nobody has set a value yet',
    next: 'set one where the message says',
  },
  catalogue_unavailable: {
    meaning: 'the names of a required backend cannot be listed, so there is no resolver',
    next: 'mend the backend, or make it `optional`: keys that it could outrank are then unavailable',
  },
} satisfies Record<ResolverErrorCode, Told>;

const checkProblems = {
  backend_failed: {
    meaning: 'the names of a backend, or of a part of it, cannot be listed',
    next: "follow the hint, which is that of the backend's code; a required backend keeps every job from starting",
  },
  key_unavailable: {
    meaning: 'a key is known and its value is unavailable',
    next: 'follow the hint; `kici-admin explain` shows what is in the way',
  },
  key_unset: { meaning: 'a key is declared and has no value', next: 'set it with the command that the hint shows' },
  twins: {
    meaning: 'two names of a backend meet in one key, and neither is served',
    next: 'rename one of them in the backend',
  },
  not_bindable: {
    meaning: 'a binding selects a name that cannot be a key',
    next: 'give it a key with `--map`, or rename it in the backend',
  },
  backend_unsteady: {
    meaning: 'a backend answers now and failed less than a minute ago',
    next: 'look at `kici-admin backend show`, and at the service',
  },
  scope_unavailable: {
    meaning: 'a scope is deleted, disabled or cannot be taken apart, and nobody can tell which keys it held',
    next: 'restore it or write it again; `--skip-deleted` on its binding counts what is deleted as absent',
  },
  not_nameable: {
    meaning: 'a name in the backend belongs to no scope, so no binding reaches it',
    next: 'rename it in the backend, if a job needs it',
  },
  listing_lag: {
    meaning: 'a glob reads from a backend that lists with a delay',
    next: 'bind the exact scope, which is asked by name, where that matters',
  },
  binding_empty: {
    meaning: 'nothing comes of a binding, though its backends have answered',
    next: 'correct or remove it',
  },
  variable_taken: {
    meaning:
      'a variable of the environment has the name of one of its secrets, and a step that exposes the secret loses the variable',
    next: 'delete the variable, or rename one of the two',
  },
} satisfies Record<ProblemKind, Told>;

/** Every stable code, from the tables that the programs use. */
export function errorsPage(): string {
  return (
    [
      '# Errors',
      'Every error says what failed, why, and what to do next, and carries one of these codes. Codes are stable; messages may change. The hint that comes with an error is more exact than this page.',
      'Found by where the code was seen: [programs](#programs), [HTTP API](#http-api), [backends](#backends) (in brackets within a message) with their [reasons](#reasons), [steps](#steps), [`kici-admin check`](#check), [embedded resolver](#embedded-resolver).',
      '## Programs',
      'What `kici`, `kici-admin` and `kici-orchestrator` print before the message, and as `error` with `--json`. `usage` ends with exit code 2, every other with 1. A program also ends with codes of the HTTP API.',
      table(
        ['code', 'what happened', 'what to do'],
        [
          ...Object.entries(clientErrors).map(([code, { meaning, hint }]) => [anchor('program', code), meaning, hint]),
          ...Object.entries(clientErrorCodes).map(([code, { meaning, next }]) => [
            anchor('program', code),
            meaning,
            next,
          ]),
        ],
      ),
      '## HTTP API',
      'As `error` in the body of an answer, with `message`, `hint` and `requestId`.',
      table(
        ['code', 'status', 'what happened', 'what to do'],
        Object.entries(apiErrors).map(([code, { status, meaning, hint }]) => [
          anchor('api', code),
          String(status),
          meaning,
          hint,
        ]),
      ),
      '## Backends',
      'Why a backend could not say what a value is, or could not do what it was told. None of these ever means that a secret is not there. *Passing*: the same call may succeed a moment later by itself.',
      table(
        ['code', 'what happened', 'what to do', 'passing'],
        Object.entries(failureCodes).map(([code, { meaning, hint, transient }]) => [
          anchor('backend', code),
          meaning,
          hint,
          transient ? 'yes' : '',
        ]),
      ),
      '## Reasons',
      'Why a backend failed as its code says, where that is known: in brackets after the code within a message, and as `reason` beside `code` in JSON. `about` names the setting or the secret that a reason is about. None of them holds a word of the service or of a library.',
      table(
        ['reason', 'with', 'what happened', 'what to do'],
        Object.entries(failureReasons).map(([reason, { of, meaning, hint }]) => [
          anchor('reason', reason),
          of.map((code) => `\`${code}\``).join(', '),
          meaning,
          hint,
        ]),
      ),
      '## Steps',
      'What `ctx.secrets` and `ctx.setEnv` throw or reject with, and what a definition of a workflow throws. All are exported by `@kici-dev/sdk` and recognized by `instanceof` and `is`.',
      table(
        ['code', 'class', 'what happened', 'what to do'],
        Object.entries(stepErrors).flatMap(([name, codes]) =>
          Object.entries(codes).map(([code, { meaning, next }]) => [
            code.includes(' ') ? code : anchor('step', code),
            `\`${name}\``,
            meaning,
            next,
          ]),
        ),
      ),
      '## Check',
      'The kinds of problem that `kici-admin check` lists.',
      told('check', checkProblems),
      '## Embedded resolver',
      'The codes of `ResolverError`, of `@kici-dev/secret-federation`.',
      told('resolver', resolverErrors),
    ].join('\n\n') + '\n'
  );
}

function told(kind: string, codes: Readonly<Record<string, Told>>): string {
  return table(
    ['code', 'what happened', 'what to do'],
    Object.entries(codes).map(([code, { meaning, next }]) => [anchor(kind, code), meaning, next]),
  );
}

function anchor(kind: string, code: string): string {
  return `<a id="${kind}-${code}"></a>\`${code}\``;
}

export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
