import { RpcError } from './rpc-error.ts';

/** `name:substring`, `labels.key=value`, `state:ENABLED`, joined by AND. No prefixes, no patterns. */
export function matches(filter: string, message: Readonly<Record<string, unknown>>): boolean {
  return filter === '' || filter.split(' AND ').every((term) => matchesTerm(term.trim(), message));
}

function matchesTerm(term: string, message: Readonly<Record<string, unknown>>): boolean {
  const [, field = '', label, operator, value = ''] =
    /^(name|state|labels\.([a-z0-9_-]+))([:=])"?([^"]*)"?$/.exec(term) ?? [];
  if (operator === undefined) throw new RpcError('INVALID_ARGUMENT', 'The filter is malformed.');
  const actual = label === undefined ? textOf(message[field]) : labelOf(message['labels'], label);
  return operator === ':' ? actual.includes(value) : actual === value;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function labelOf(labels: unknown, name: string): string {
  return typeof labels === 'object' && labels !== null && Object.hasOwn(labels, name)
    ? textOf(Reflect.get(labels, name))
    : '';
}
