declare module 'virtual:operations' {
  import type { Operation } from '../api/operation.ts';
  import type { OperationId } from '../api/registry.ts';

  /** What the page knows of each operation as it runs; the build takes it from the registry. */
  export const operations: Readonly<
    Record<
      OperationId,
      Pick<
        Operation,
        'summary' | 'method' | 'path' | 'permission' | 'sensitivity' | 'category' | 'command' | 'policyGoverned'
      >
    >
  >;
}
