import * as z from 'zod';
import { linesType } from './answer-lines.ts';
import { errorBody } from './error-body.ts';
import { apiErrors } from './api-error.ts';
import type { Operation } from './operation.ts';
import { operations } from './registry.ts';

type Json = { readonly [name: string]: unknown };

/** The OpenAPI 3.1 document of the HTTP API, made from the registry. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, operation] of Object.entries(operations)) {
    const path = `/api/v1/orgs/{org}${operation.path}`;
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'KiCI secrets orchestrator', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: jsonSchema(errorBody, 'output') },
    },
    paths,
  };
}

function describe(id: string, operation: Operation): Json {
  const input = jsonSchema(operation.input, 'input');
  const properties = isJson(input['properties']) ? input['properties'] : {};
  const required = Array.isArray(input['required']) ? input['required'] : [];
  const inPath = new Set(pathParameters(operation.path));
  const bodiless = operation.method === 'GET' || operation.method === 'DELETE';
  const inQuery = (name: string): boolean => bodiless || operation.query?.includes(name) === true;
  const parameters = [
    { name: 'org', in: 'path', required: true, schema: { type: 'string' } },
    ...Object.entries(properties)
      .filter(([name]) => inPath.has(name) || inQuery(name))
      .map(([name, schema]) => ({
        name,
        in: inPath.has(name) ? 'path' : 'query',
        required: inPath.has(name) || required.includes(name),
        schema,
      })),
  ];
  const body = Object.fromEntries(Object.entries(properties).filter(([name]) => !inPath.has(name) && !inQuery(name)));
  return {
    operationId: id,
    summary: operation.summary,
    tags: [operation.category],
    'x-kici-permission': operation.permission,
    'x-kici-sensitivity': operation.sensitivity,
    'x-kici-command': operation.command,
    parameters,
    ...(!bodiless && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: body,
              required: required.filter((name: unknown) => typeof name === 'string' && Object.hasOwn(body, name)),
            },
          },
        },
      },
    }),
    responses: {
      200: {
        description: 'done',
        content: {
          'application/json': { schema: jsonSchema(operation.output, 'output') },
          ...(operation.tellsProgress === true && { [linesType]: { schema: { type: 'string' } } }),
        },
      },
      default: {
        description: `an error: ${Object.keys(apiErrors).join(', ')}`,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** The names in braces of an operation's path. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].flatMap((match) => match[1] ?? []);
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  return z.toJSONSchema(schema, { io, unrepresentable: 'any' });
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
