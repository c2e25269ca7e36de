import { types } from 'pg';
import { requireStorable } from '../text.ts';

/** Of our pool alone: `types.setTypeParser` would change every user of the driver in this process. */
export const columnTypes: Pick<typeof types, 'getTypeParser'> = {
  // The driver's own parser leaves them text, and "9" + 1 is "91".
  getTypeParser: (type: Parameters<typeof types.getTypeParser>[0], format?: 'text' | 'binary') =>
    type === types.builtins.INT8 && format !== 'binary' ? parseInt8 : types.getTypeParser(type, format),
};

/** @throws RangeError where a number cannot hold it */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('a column holds an integer beyond what a number can hold');
  return value;
}

/**
 * What SQLite takes too. The driver would turn a Date, an object or `undefined` into something else in silence.
 * @throws TypeError, UnstorableTextError
 */
export function requirePlain(parameters: readonly unknown[]): unknown[] {
  return parameters.map((value) => {
    if (typeof value === 'string') return requireStorable(value);
    if (value === null || typeof value === 'number' || value instanceof Uint8Array) return value;
    throw new TypeError(`the database does not accept ${typeof value}`);
  });
}
