declare module 'virtual:operations' {
  type PageOperation = Pick<
    import('../api/operation.ts').Operation,
    | 'method'
    | 'path'
    | 'query'
    | 'permission'
    | 'audit'
    | 'command'
    | 'commandArguments'
    | 'tokenOnly'
    | 'tellsProgress'
  >;

  /** What the page knows about each operation at run time; the build extracts it from the registry. */
  export const operations: Readonly<Record<import('../api/registry.ts').OperationId, PageOperation>>;
}
