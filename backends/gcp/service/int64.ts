import { property } from './property.ts';

/** A 64-bit integer, which the client library returns as a number, as decimal text, or as its own object. */
export function toNumber(value: unknown): number | undefined {
  const convert: unknown = property(value, 'toNumber');
  const converted: unknown = typeof convert === 'function' ? Reflect.apply(convert, value, []) : value;
  const number = typeof converted === 'string' && converted !== '' ? Number(converted) : converted;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
