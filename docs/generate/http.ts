import * as z from 'zod';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/registry.ts';
import { rolePermissions, roleNames } from '../../src/api/roles.ts';
import { table } from './errors.ts';

const introduction = `# HTTP API

Everything that \`kici-admin\`, \`kici\` and the dashboard do goes over this API, below \`/api/v1/orgs/{org}\`. \`GET /openapi.json\` on a running orchestrator is the same as an OpenAPI 3.1 document.

- **Sign in** with \`Authorization: Bearer TOKEN\`; \`kici-admin token create\` makes one. Each operation needs one permission, which the [roles](#roles) have or have not.
- **Input**: names in braces stand in the path. What is left travels in the query of GET and DELETE, else as a JSON body, but for what is marked as *query*.
- **Output** is JSON, with \`Cache-Control: no-store\`. An error has \`error\`, \`message\`, \`hint\` and \`requestId\`, with a code of [errors.md](errors.md#http-api).
- **In lines**: what is marked so may take minutes. Where \`Accept\` has \`application/x-ndjson\` and the work takes longer than a second, the answer has that type: lines such as \`{"progress":{"done":120000,"of":1000000}}\`, and as the last one \`{"status":200,"body":{…}}\`, with the status and the body that a plain answer would have had. Else it comes when all is done, if proxies on the way wait for that. The work ends with the connection.
- **Audit**: *write* has a row before the effect and one after it, *read* one before the answer leaves.`;

/** Every operation of the registry. */
export function httpPage(): string {
  const entries = Object.entries<Operation>(operations);
  const categories = [...new Set(entries.map(([, { category }]) => category))];
  const sections = categories.map((category) =>
    [
      `## ${category}`,
      ...entries.filter(([, operation]) => operation.category === category).map(([id, one]) => section(id, one)),
    ].join('\n\n'),
  );
  return `${[introduction, ...sections, roles()].join('\n\n')}\n`;
}

function section(id: string, operation: Operation): string {
  const { method, path, summary, permission, audit, command, tellsProgress } = operation;
  const facts = [
    `permission \`${permission}\``,
    audit === 'none' ? 'not audited' : `audited as a ${audit}`,
    ...(tellsProgress === true ? ['in lines, if asked for'] : []),
    ...(command === undefined ? [] : [`\`${command}\``]),
  ];
  return [
    `### ${id}`,
    `\`${method} ${path}\``,
    `${summary}. Needs ${facts.join('; ')}.`,
    fields('input', operation.input, (name) => placeOf(operation, name)),
    fields('output', operation.output, () => ''),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function placeOf({ method, path, query = [] }: Operation, name: string): string {
  if (path.includes(`{${name}}`)) return 'path';
  return method === 'GET' || method === 'DELETE' || query.includes(name) ? 'query' : 'body';
}

const shown = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
});

function fields(title: 'input' | 'output', schema: z.ZodType, place: (name: string) => string): string {
  const { properties, required } = shown.parse(z.toJSONSchema(schema, { io: title, unrepresentable: 'any' }));
  const rows = Object.entries(properties).map(([name, property]) => [
    `\`${name}\``,
    ...(title === 'input' ? [place(name)] : []),
    `${typeOf(property)}${required.includes(name) ? '' : ', may be left out'}`,
    typeof property['description'] === 'string' ? property['description'].replaceAll('|', '\\|') : '',
  ]);
  if (rows.length === 0) return '';
  return table([title, ...(title === 'input' ? ['in'] : []), 'type', 'what it says'], rows);
}

function typeOf(schema: Readonly<Record<string, unknown>>): string {
  const { type, enum: values, items, properties } = schema;
  if (Array.isArray(values)) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (isSchema(items)) return `list of ${typeOf(items)}`;
  if (isSchema(properties)) return `{ ${Object.keys(properties).join(', ')} }`;
  return typeof type === 'string' ? type : 'one of several shapes';
}

function isSchema(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function roles(): string {
  const rows = roleNames.map((role) => [`\`${role}\``, rolePermissions[role].map((one) => `\`${one}\``).join(', ')]);
  return `## Roles\n\n${table(['role', 'permissions'], rows)}`;
}
