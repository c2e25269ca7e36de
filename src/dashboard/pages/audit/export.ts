import { auditPages, type AuditFilters } from '../../../api/audit-pages.ts';
import { call } from '../../api/call.ts';

/**
 * Saves every row that passes as a file, the oldest first.
 * @throws Problem
 */
export async function exportRows(organization: string, filters: AuditFilters): Promise<void> {
  const texts: string[] = [];
  for await (const rows of auditPages((input) => call(organization, 'audit.list', input), filters))
    texts.push(...rows.map((row) => JSON.stringify(row)));
  // As parts: a log may be longer than a string can be.
  const parts = texts.flatMap((text, at) => [at === 0 ? '' : ',\n', text]);
  const url = URL.createObjectURL(new Blob(['{"rows":[\n', ...parts, '\n]}\n'], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'audit.json';
  link.click();
  URL.revokeObjectURL(url);
}
