const maxStatements = 200;

/** SQL by shape, compiled before. Callers choose the shapes, so there is a limit to them. */
export interface Statements {
  get(shape: string): string | undefined;
  set(shape: string, sql: string): void;
}

export function createStatements(): Statements {
  const known = new Map<string, string>();
  return {
    get: (shape) => known.get(shape),
    set(shape, sql) {
      if (known.size >= maxStatements) known.clear();
      known.set(shape, sql);
    },
  };
}
