import type { Plugin } from 'vite';
import { operations } from '../../src/api/registry.ts';

const name = 'virtual:operations';

/** What the page needs of the operation registry as it runs, without the schemas, which would be most of its size. */
export function operationTable(): Plugin {
  const table = Object.fromEntries(
    Object.entries(operations).map(
      ([id, { summary, method, path, permission, sensitivity, category, command, policyGoverned }]) => [
        id,
        { summary, method, path, permission, sensitivity, category, command, policyGoverned },
      ],
    ),
  );
  return {
    name: 'operation-table',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? `export const operations = ${JSON.stringify(table)};` : undefined),
  };
}
