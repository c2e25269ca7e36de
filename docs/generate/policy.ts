import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/registry.ts';
import { table } from './errors.ts';

const heading = '\n## Operations\n';

/** The hand-written part, followed by what sessions may do, by operation. */
export function policyPage(): string {
  const [written = ''] = readFileSync(join(import.meta.dirname, '../dashboard-write-policy.md'), 'utf8').split(heading);
  return `${written}${heading}${policyTable()}`;
}

function policyTable(): string {
  const rows = Object.entries<Operation>(operations)
    .filter(([, { policyGoverned, tokenOnly }]) => policyGoverned || tokenOnly === true)
    .map(([id, operation]) => [
      `\`${id}\``,
      operation.category,
      operation.sensitivity,
      `\`${operation.permission}\``,
      sessions(operation),
      `\`${operation.command ?? ''}\``,
    ]);
  return `${table(['operation', 'category', 'sensitivity', 'permission', 'sessions', 'command'], rows)}\n`;
}

function sessions({ tokenOnly, offWith }: Operation): string {
  if (tokenOnly === true) return 'never';
  return offWith === undefined ? 'by the policy' : `by the policy, and off with \`${offWith}\``;
}
