/** Where an unexpected error happened and its codes, without its message: a library may have put anything there. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const codes = ['code', 'errcode'].flatMap((name) => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
  });
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [[error.name, ...codes].join(' '), ...frames].join('\n');
}
