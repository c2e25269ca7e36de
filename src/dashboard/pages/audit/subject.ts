import { visible } from '../../ui/visible.ts';

/** The names that a row is about, in a line. */
export function subjectText(subject: Readonly<Record<string, unknown>>): string {
  const { scope, key, environment, name, id, operation, ...rest } = subject;
  const first = [scope, environment, key, name, id, operation].filter((part) => typeof part === 'string');
  const more = Object.entries(rest)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    .map(([field, value]) => `${field}=${String(value)}`);
  return visible([...first, ...more].join(' '));
}
