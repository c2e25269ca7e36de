import type { Plugin } from 'vite';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/registry.ts';

const name = 'virtual:operations';

/**
 * What the page needs from the operation registry at run time, without the schemas, which would be most of its size.
 */
export function operationTable(): Plugin {
  const table = Object.fromEntries(
    Object.entries<Operation>(operations).map(
      ([id, { method, path, query, permission, audit, command, commandArguments, tokenOnly, tellsProgress }]) => [
        id,
        { method, path, query, permission, audit, command, commandArguments, tokenOnly, tellsProgress },
      ],
    ),
  );
  return {
    name: 'operation-table',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load: (id) => (id === `\0${name}` ? `export const operations = ${JSON.stringify(table)};` : undefined),
  };
}
