import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup, type Result } from '../command.ts';
import { count, listing, moment } from '../format.ts';
import { cutCommand } from './audit-cut.ts';
import { exportCommand } from './audit-export.ts';
import { checkpointCommand, verifyCommand } from './audit-verify.ts';
import { filters } from '../audit-filters.ts';
import { integer } from '../parameters/parsed.ts';
import { option, required } from '../parameters/text.ts';

const orders = ['newest', 'oldest'] as const;

const list = defineCommand({
  name: 'list',
  summary: 'Read the audit log',
  operations: ['audit.list'],
  examples: [
    'kici-admin audit list --limit 20',
    'kici-admin audit list --since 24h --environment production --key DB_PASSWORD',
    'kici-admin audit list --before 1200 --json',
  ],
  parameters: {
    ...filters,
    order: option('--order <order>', 'which row comes first; default newest', { choices: orders }),
    before: integer('--before <sequence>', 'rows with a smaller number'),
    after: integer('--after <sequence>', 'rows with a greater number'),
    limit: integer('--limit <n>', 'how many rows; default 100'),
  },
  run: async ({ order, ...input }, session) => {
    const data = await session.call('audit.list', { ...input, order: orders.find((one) => one === order) });
    const rows = data.rows.map((row) => [
      String(row.sequence),
      moment(row.at),
      row.operation,
      phase(row),
      row.actor,
      subject(row.subject),
      row.requestId ?? '',
    ]);
    const shown =
      session.columns !== undefined && rows.length > 0
        ? { text: rows.map(onTerminal).join('\n') }
        : listing(
            ['row', 'time', 'operation', 'phase', 'actor', 'subject', 'request'],
            rows,
            'no rows',
            session.columns,
          );
    return {
      data,
      ...shown,
      ...(data.next !== undefined && { failure: endsEarly(data.next, order === 'oldest' ? '--after' : '--before') }),
    };
  },
});

function endsEarly(next: number, flagName: string): NonNullable<Result['failure']> {
  return {
    code: 'incomplete',
    message: 'the list is incomplete: all of it would be too large, or take too long',
    hint: `continue with the same command and ${flagName} ${next}`,
  };
}

function phase(row: { phase: string; result?: string | undefined; intent?: number | undefined }): string {
  return `${row.phase}${row.result === undefined ? '' : ` ${row.result}`}${row.intent === undefined ? '' : ` of ${row.intent}`}`;
}

/** A row is too wide for a terminal's table, so it takes three lines: what, on what, and who. */
function onTerminal([
  sequence = '',
  time = '',
  operation = '',
  phaseText = '',
  actor = '',
  subjectText = '',
  request = '',
]: readonly string[]): string {
  return [
    `${sequence}  ${time}  ${operation}  ${phaseText}`,
    `${' '.repeat(sequence.length)}  ${subjectText}`,
    `${' '.repeat(sequence.length)}  by ${actor}${request === '' ? '' : ` in request ${request}`}`,
  ]
    .map(printable)
    .join('\n');
}

function subject(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

const acknowledge = defineCommand({
  name: 'acknowledge',
  summary: 'Acknowledge what is wrong with the audit log, which stays on record',
  operations: ['audit.acknowledge'],
  examples: ["kici-admin audit acknowledge --reason 'restored the backup of 1 May'"],
  parameters: { reason: required('--reason <text>', 'what has happened; it is kept in the log') },
  run: async (input, session) => {
    const data = await session.call('audit.acknowledge', input);
    return {
      data,
      text: `acknowledged ${count(data.problems.length, 'problem')}; \`kici-admin audit verify\` keeps reporting ${data.problems.length === 1 ? 'it' : 'them'}`,
    };
  },
});

/** `kici-admin audit …`. */
export const auditCommands: CommandGroup = {
  name: 'audit',
  summary: 'Read and verify the audit log',
  commands: [list, exportCommand, verifyCommand, checkpointCommand, acknowledge, cutCommand],
};
