declare module 'virtual:operations' {
  type PageOperation = Pick<
    import('../api/operation.ts').Operation,
    'summary' | 'method' | 'path' | 'permission' | 'sensitivity' | 'category' | 'command' | 'policyGoverned'
  >;

  /** What the page knows of each operation as it runs; the build takes it from the registry. */
  export const operations: Readonly<Record<import('../api/registry.ts').OperationId, PageOperation>>;
}
