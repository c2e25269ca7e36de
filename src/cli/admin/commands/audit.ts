import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup, type Result } from '../command.ts';
import { count, listing, moment } from '../format.ts';
import { integer, pointInTime } from '../parameters/parsed.ts';
import { option, required } from '../parameters/text.ts';

const list = defineCommand({
  name: 'list',
  summary: 'Read the audit log, newest first',
  operations: ['audit.list'],
  examples: [
    'kici-admin audit list --limit 20',
    'kici-admin audit list --since 24h --environment production --key DB_PASSWORD',
    'kici-admin audit list --before 1200 --json',
  ],
  parameters: {
    since: pointInTime('--since <time>', 'rows from this time on, such as 24h ago or 2026-01-31T09:00:00Z'),
    until: pointInTime('--until <time>', 'rows before this time'),
    actor: option('--actor <text>', 'rows whose actor has this in its name'),
    operation: option('--operation <id>', 'rows of an operation, such as secrets.set'),
    key: option('--key <key>', 'rows about a secret or variable of this name'),
    environment: option('--environment <environment>', 'rows about this environment'),
    before: integer('--before <sequence>', 'rows older than this one'),
    limit: integer('--limit <n>', 'how many rows; default 100'),
  },
  run: async (input, session) => {
    const data = await session.call('audit.list', input);
    const rows = data.rows.map((row) => [
      String(row.sequence),
      moment(row.at),
      row.operation,
      phase(row),
      row.actor,
      subject(row.subject),
    ]);
    const shown =
      session.columns !== undefined && rows.length > 0
        ? { text: rows.map(onTerminal).join('\n') }
        : listing(['row', 'time', 'operation', 'phase', 'actor', 'subject'], rows, 'no rows', session.columns);
    return { data, ...shown, ...(data.next !== undefined && { failure: endsEarly(data.next) }) };
  },
});

function endsEarly(next: number): NonNullable<Result['failure']> {
  return {
    code: 'incomplete',
    message: 'the list is incomplete: all of it would be too large, or take too long',
    hint: `continue with the same command and --before ${next}`,
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
]: readonly string[]): string {
  return [
    `${sequence}  ${time}  ${operation}  ${phaseText}`,
    `${' '.repeat(sequence.length)}  ${subjectText}`,
    `${' '.repeat(sequence.length)}  by ${actor}`,
  ]
    .map(printable)
    .join('\n');
}

function subject(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}

const verify = defineCommand({
  name: 'verify',
  summary: 'Check that no row of the audit log was changed, swapped or cut off',
  operations: ['audit.verify'],
  examples: ['kici-admin audit verify'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('audit.verify', {});
    const open =
      data.openIntents.length === 0
        ? {}
        : {
            notice: `begun and never finished: ${data.openIntents.length === 1 ? 'row' : 'rows'} ${data.openIntents.join(', ')}`,
          };
    if (data.intact) return { data, text: `intact: ${count(data.rows, 'row')}`, ...open };
    const fresh = data.problems.filter(({ acknowledged }) => !acknowledged);
    const found = {
      data,
      ...listing(
        ['row', 'problem', 'acknowledged'],
        data.problems.map((one) => [String(one.sequence), one.problem, one.acknowledged ? 'yes' : 'no']),
        '',
        session.columns,
      ),
    };
    const who =
      data.acknowledgement === undefined
        ? ''
        : `acknowledged in row ${data.acknowledgement.row} on ${moment(data.acknowledgement.at)} by ${data.acknowledgement.actor}: ${data.acknowledgement.reason}`;
    if (fresh.length === 0)
      return {
        ...found,
        notice: [
          `not intact: ${count(data.problems.length, 'problem')} in ${count(data.rows, 'row')}`,
          who,
          open.notice,
        ]
          .filter((line) => line !== undefined)
          .map(printable)
          .join('\n'),
      };
    return {
      ...found,
      ...open,
      failure: {
        code: 'audit_damaged',
        message: `the audit log is not intact: ${count(fresh.length, 'problem')} in ${count(data.rows, 'row')} that nobody has acknowledged`,
        hint: 'compare the database with its backups and with the anchor that is kept outside it; an owner who knows the cause records it with `kici-admin audit acknowledge`',
      },
    };
  },
});

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
  commands: [list, verify, acknowledge],
};
