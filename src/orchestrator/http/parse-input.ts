import type { FastifyRequest } from 'fastify';
import { ApiError } from '../../api/api-error.ts';
import type { Operation } from '../../api/operation.ts';

type Fields = Readonly<Record<string, unknown>>;

const none: Fields = {};

/** A part of the path; empty if there is none of that name. */
export function parameter({ params }: FastifyRequest, name: string): string {
  const fields = fieldsOf(params);
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' ? value : '';
}

/**
 * An operation's input, from path, query and body.
 * @throws ApiError `invalid_request`, `too_large`
 */
export function parseInput(
  operation: Operation,
  input: Operation['input'],
  { params, query, body }: FastifyRequest,
): Record<string, unknown> {
  const bodiless = isBodiless(operation);
  const { org: _, ...inPath } = fieldsOf(params);
  const inQuery = fieldsOf(query);
  const rest = bodiless ? none : fieldsOf(body);
  for (const name of Object.keys(inQuery)) {
    if (!bodiless && operation.query?.includes(name) !== true)
      throw new ApiError('invalid_request', `${name}: does not belong in the query`);
    if (Object.hasOwn(inPath, name)) throw new ApiError('invalid_request', `${name}: is given in the path`);
  }
  for (const name of Object.keys(rest)) {
    if (Object.hasOwn(inPath, name)) throw new ApiError('invalid_request', `${name}: is given in the path`);
    if (Object.hasOwn(inQuery, name)) throw new ApiError('invalid_request', `${name}: is given in the query`);
  }
  const parsed = input.safeParse({ ...rest, ...inQuery, ...inPath });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.length === 0 ? 'the request' : issue.path.join('.')}: ${issue.message}`,
  );
  const tooLarge = parsed.error.issues.some(
    (issue) => issue.code === 'custom' && issue.params?.['code'] === 'too_large',
  );
  throw new ApiError(tooLarge ? 'too_large' : 'invalid_request', problems.join('; '));
}

/** The part of the input that the URL holds. */
export function namedOf(operation: Operation, { params, query }: FastifyRequest): Record<string, unknown> {
  const { org: _, ...inPath } = fieldsOf(params);
  const inQuery = Object.entries(fieldsOf(query)).filter(
    ([name]) => operation.query?.includes(name) === true || operation.method === 'DELETE',
  );
  return { ...Object.fromEntries(inQuery), ...inPath };
}

function isBodiless({ method }: Operation): boolean {
  return method === 'GET' || method === 'DELETE';
}

function fieldsOf(value: unknown): Fields {
  // What is an object may be looked into by any name.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : none;
}
