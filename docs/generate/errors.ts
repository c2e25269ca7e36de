import { failureCodes, failureReasons } from '@kici-dev/secret-backend';
import type { ResolverErrorCode } from '@kici-dev/secret-federation';
import type * as z from 'zod';
import { apiErrors, clientErrors } from '../../src/api/api-error.ts';
import type { operations } from '../../src/api/registry.ts';
import { clientErrorCodes } from '../../src/cli/terminal/command-error.ts';
import { checkProblems as toldByCheck } from '../../src/cli/admin/error-pages/check-problems.ts';
import { resolverErrors as toldOfResolvers } from '../../src/cli/admin/error-pages/resolver-errors.ts';
import { stepErrors } from './step-errors.ts';

type ProblemKind = z.output<(typeof operations)['resolution.check']['output']>['problems'][number]['kind'];
interface Told {
  readonly meaning: string;
  readonly next: string;
}

const resolverErrors = toldOfResolvers satisfies Record<ResolverErrorCode, Told>;
const checkProblems = toldByCheck satisfies Record<ProblemKind, Told>;

/** Every stable code, from the tables that the programs use. */
export function errorsPage(): string {
  return (
    [
      '# Errors',
      'Every error says what failed, why, and what to do next, and carries one of these codes. Codes are stable; messages may change. The hint that comes with an error is more exact than this page. `kici-admin help errors CODE` shows what stands here of one code.',
      'By where you saw the code: [programs](#programs), [HTTP API](#http-api), [backends](#backends) (in brackets within a message) with their [reasons](#reasons), [steps](#steps), [`kici-admin check`](#check), [embedded resolver](#embedded-resolver).',
      '## Programs',
      'What `kici`, `kici-admin` and `kici-orchestrator` print before the message, and as `error` with `--json`. `usage` exits with 2, every other with 1. A program can also fail with a code of the HTTP API.',
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
      'Why a backend could not say what a value is, or could not do what it was asked to do. None of these ever means that a secret does not exist. *Passing*: the same call may succeed a moment later by itself.',
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
      'Why a backend failed as its code says, where that is known: in brackets after the code within a message, and as `reason` beside `code` in JSON. `about` names the setting or the secret that a reason is about. None of them quotes the service or a library.',
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
