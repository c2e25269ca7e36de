import { confirmByTyping } from '../../terminal/confirm.ts';
import { defineCommand, type AdminCommand } from '../command.ts';
import { count, moment } from '../format.ts';
import { pointInTime } from '../parameters/parsed.ts';
import { flag, option } from '../parameters/text.ts';
import { UsageError } from '../../terminal/command-error.ts';

/** `kici-admin audit cut`. */
export const cutCommand: AdminCommand = defineCommand({
  name: 'cut',
  summary: 'Remove the oldest rows of the audit log, and let it begin behind them',
  operations: ['audit.cut'],
  examples: ['kici-admin audit cut --before 400d --yes'],
  parameters: {
    before: pointInTime('--before <time>', 'remove rows older than this, such as 400d or 2026-01-31 (required)'),
    export: option('--export <file>', 'write them to a new file of JSON lines first'),
    yes: flag('--yes', 'do not ask'),
  },
  run: async ({ before, export: file, yes }, session) => {
    if (before === undefined) throw new UsageError('--before is missing', 'add --before <time>');
    await confirmByTyping(
      `Remove the rows of the audit log of ${session.organization} that are older than ${moment(before)}?`,
      session.organization,
      yes,
      session.io,
    );
    const { exportToFile } = await import('../export-rows.ts');
    const exported = file === undefined ? undefined : await exportToFile(session, { until: before }, file);
    const data = await session.call('audit.cut', { before, through: exported?.last });
    const kept = exported === undefined ? '' : `; ${count(exported.rows, 'row')} are in ${file ?? ''}`;
    return {
      data: { ...data, ...(exported !== undefined && { exported: exported.rows }) },
      text: `removed ${count(data.rows, 'row')}: the log begins at row ${data.through + 1}, as row ${data.row} records${kept}`,
    };
  },
});
