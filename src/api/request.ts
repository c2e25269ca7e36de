import type { Operation } from './operation.ts';

/** One call of an operation, as it is sent. */
export interface OperationRequest {
  /** Relative to the server's address, with the query. */
  readonly path: string;
  /** JSON. */
  readonly body: string | undefined;
}

export function requestOf(
  operation: Pick<Operation, 'method' | 'path' | 'query'>,
  organization: string,
  input: object,
): OperationRequest {
  const rest = new Map<string, unknown>(Object.entries(input).filter(([, value]) => value !== undefined));
  const take = (name: string): unknown => {
    const value = rest.get(name);
    rest.delete(name);
    return value;
  };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(take(name))));
  const bodiless = operation.method === 'GET' || operation.method === 'DELETE';
  const inQuery = bodiless ? [...rest.keys()] : (operation.query ?? []).filter((name) => rest.has(name));
  const query = new URLSearchParams(inQuery.map((name): [string, string] => [name, String(take(name))]));
  return {
    path: `/api/v1/orgs/${encodeURIComponent(organization)}${path}${query.size === 0 ? '' : `?${query.toString()}`}`,
    body: bodiless ? undefined : JSON.stringify(Object.fromEntries(rest)),
  };
}
