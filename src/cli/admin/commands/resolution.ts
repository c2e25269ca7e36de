import { printable } from '../../terminal/io.ts';
import { paint } from '../../terminal/report.ts';
import { fold, table } from '../../terminal/table.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { coded, count, moment, span } from '../format.ts';
import { agentFacts, environment } from '../parameters/shared.ts';
import { argument } from '../parameters/text.ts';
import type { OutputOf, ApiSession } from '../session.ts';

type Explanation = OutputOf<'resolution.explain'>;
type Problem = OutputOf<'resolution.check'>['problems'][number];

/** `kici-admin explain`. */
export const explainCommand: AdminCommand = defineCommand({
  name: 'explain',
  summary: 'Tell which backend supplies a key, and why',
  operations: ['resolution.explain'],
  examples: [
    'kici-admin explain --environment production DB_PASSWORD',
    'kici-admin explain --environment production DB_PASSWORD --host build-7',
  ],
  parameters: { environment, key: argument('key', 'a key of the environment'), ...agentFacts },
  run: async (input, session) => {
    const data = await session.call('resolution.explain', input);
    const { environment: of, key } = input;
    return {
      data,
      text: explained(data, of, session),
      ...(data.status === 'unavailable' && {
        failure: {
          code: 'key_unavailable',
          message: `${key} is unavailable in environment ${of} right now`,
          hint: `see what to do about it with: kici-admin check --environment ${of}`,
        },
      }),
    };
  },
});

const verdicts: Readonly<Record<Explanation['status'], readonly ['green' | 'yellow' | 'red', string]>> = {
  available: ['green', 'available'],
  declared: ['yellow', 'declared, and not set'],
  unavailable: ['red', 'unavailable: who supplies it cannot be found out'],
  not_found: ['yellow', 'not found: no binding supplies it'],
};

function explained(data: Explanation, environmentName: string, session: ApiSession): string {
  const [colour, general] = verdicts[data.status];
  const problem = data.blockedBy.length === 0 ? data.candidates[0]?.problem : undefined;
  const verdict = problem === undefined ? general : `unavailable: the value of its winner is unavailable [${problem}]`;
  const sections = [
    `${printable(data.key)} in environment ${environmentName}: ${paint(session.io, colour, verdict, 'stdout')}`,
  ];
  if (data.candidates.length > 0) {
    sections.push(
      data.candidates
        .map((one, index) =>
          [
            `${index + 1}  ${printable(`${one.backend}:${one.scope}`)}${index === 0 ? `  ${paint(session.io, 'green', 'wins', 'stdout')}` : `  loses, decided by: ${printable(one.rule)}`}`,
            `   ${printable(origin(one, data.key))}`,
          ].join('\n'),
        )
        .join('\n'),
    );
  }
  if (data.near.length > 0) sections.push(`did you mean ${printable(data.near.join(' or '))}?`);
  if (data.blockedBy.length > 0) {
    sections.push(
      `${paint(session.io, 'red', 'Blocked:', 'stdout')} nothing is served while these, which could outrank it, do not answer\n${table(
        ['backend', 'scope', 'binding', 'code'],
        data.blockedBy.map((one) => [one.backend, one.scope ?? '', one.binding, coded(one)]),
        session.columns,
      )}`,
    );
  }
  if (data.skipped.length > 0) {
    sections.push(
      `Skipped: deleted, and absent for a binding with --skip-deleted\n${table(
        ['backend', 'scope', 'binding', 'code'],
        data.skipped.map((one) => [one.backend, one.scope, one.binding, coded(one)]),
        session.columns,
      )}`,
    );
  }
  if (data.backends.length > 0) {
    sections.push(
      table(
        ['backend', 'answer', 'age', 'breaker', 'last failure'],
        data.backends.map((one) => [
          one.backend,
          `${one.state.replace('_', ' ')}${one.code === undefined ? '' : ` (${coded({ ...one, code: one.code })})`}`,
          one.ageMs === undefined ? '' : one.ageMs === 0 ? 'now' : span(one.ageMs),
          one.openedAt === undefined ? one.breaker : `${one.breaker} since ${moment(one.openedAt)}`,
          one.lastFailure === undefined ? '' : `${coded(one.lastFailure)} at ${moment(one.lastFailure.at)}`,
        ]),
        session.columns,
      ),
    );
  }
  if (data.limits.length > 0) sections.push(data.limits.map((limit) => `note: ${printable(limit)}`).join('\n'));
  return sections.join('\n\n');
}

function origin(one: Explanation['candidates'][number], key: string): string {
  const name = one.sourceKey === key ? '' : `${one.sourceKey}, `;
  const version = one.declaredOnly
    ? 'declared, and not set'
    : one.version === undefined
      ? ''
      : `version ${one.version}`;
  const facts = [
    version,
    one.problem ?? '',
    one.cachedAgeMs === undefined ? '' : `a value read ${span(one.cachedAgeMs)} ago would be served`,
    `bound by ${one.binding} with priority ${one.priority}`,
  ];
  return `${name}${facts.filter((fact) => fact !== '').join(', ')}`;
}

/** `kici-admin check`. */
export const checkCommand: AdminCommand = defineCommand({
  name: 'check',
  summary: 'Tell what would fail right now for a job of an environment',
  operations: ['resolution.check'],
  examples: ['kici-admin check --environment production'],
  parameters: { environment, ...agentFacts },
  run: async (input, session) => {
    const data = await session.call('resolution.check', input);
    const errors = data.problems.filter((problem) => problem.severity === 'error').length;
    const warnings = data.problems.length - errors;
    const summary = `${count(data.keys, 'key')} in environment ${input.environment}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`;
    return {
      data,
      text: [...data.problems.map((problem) => described(problem, session)), summary].join('\n'),
      ...(errors !== 0 && {
        failure: {
          code: 'check_failed',
          message: `a job of environment ${input.environment} would meet ${count(errors, 'error')}`,
          hint: 'do what each of them says, then run the check again',
        },
      }),
    };
  },
});

function described(problem: Problem, session: ApiSession): string {
  const width = (session.columns ?? Number.POSITIVE_INFINITY) - 4;
  const severity = paint(session.io, problem.severity === 'error' ? 'red' : 'yellow', problem.severity, 'stdout');
  return [
    `${severity} ${problem.kind}  ${printable(problem.subject)}`,
    ...fold(printable(problem.message), width).map((line) => `    ${line}`),
    ...fold(`next: ${printable(problem.hint)}`, width).map((line) => `    ${line}`),
    '',
  ].join('\n');
}
