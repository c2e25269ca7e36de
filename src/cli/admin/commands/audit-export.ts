import { UsageError } from '../../terminal/command-error.ts';
import { filters } from '../audit-filters.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { count } from '../format.ts';
import { option } from '../parameters/text.ts';

/** `kici-admin audit export`. */
export const exportCommand: AdminCommand = defineCommand({
  name: 'export',
  summary: 'Write rows of the audit log as JSON lines, the oldest first',
  operations: [],
  examples: [
    'kici-admin audit export --since 24h',
    'kici-admin audit export --environment production --outcome permission_denied',
  ],
  parameters: {
    ...filters,
    format: option('--format <format>', 'default jsonl: one JSON object on each line', { choices: ['jsonl'] }),
    out: option('--out <file>', 'a new file; default: standard output'),
  },
  run: async (given, session) => {
    const { format: _, out, ...filter } = given;
    const { exportToFile, exportToStream } = await import('../export-rows.ts');
    if (out !== undefined) {
      const { rows } = await exportToFile(session, filter, out);
      return { data: { rows, file: out }, text: `wrote ${count(rows, 'row')}` };
    }
    if (session.json) throw new UsageError('the rows are JSON already', 'leave --json out, or name a file with --out');
    const rows = await exportToStream(session, filter, session.io);
    return { data: { rows }, notice: `wrote ${count(rows, 'row')}` };
  },
});
