import * as z from 'zod';
import { jsonEvent } from '../../src/cli/kici/run/json-event.ts';
import { table } from './errors.ts';

/** The events of `kici run --json`, from the schema that they are checked against. */
export function runEventsPage(): string {
  const sections = jsonEvent.options.map((event) => {
    const fields = Object.entries<z.ZodType>(event.shape).filter(([name]) => name !== 'type');
    const rows = fields.map(([name, type]) => {
      const { optional, said } = describe(type);
      return [`\`${name}\``, typeOf(type), optional ? 'where there is one' : 'always', said];
    });
    return `## ${[...event.shape.type.values].join('')}\n\n${table(['field', 'type', 'there', 'what it says'], rows)}`;
  });
  return `${[
    '# Events of a run',
    '`kici run --json` prints one JSON object on each line, and nothing else on standard output. [run-events.schema.json](run-events.schema.json) is the JSON Schema of a line. It is that of this version: later ones may add types and fields.',
    ...sections,
  ].join('\n\n')}\n`;
}

export function runEventsSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(jsonEvent), null, 2)}\n`;
}

function describe(type: z.ZodType): { readonly optional: boolean; readonly said: string } {
  const inner = type instanceof z.ZodOptional ? type.unwrap() : undefined;
  const own = type.description ?? (inner instanceof z.ZodType ? inner.description : undefined);
  return { optional: inner !== undefined, said: own ?? '' };
}

function typeOf(type: z.ZodType): string {
  const { type: name, enum: values, properties, items } = jsonSchemaOf(type);
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ');
  if (properties !== undefined) return `object of ${fieldNames(properties)}`;
  if (items !== undefined)
    return items.properties === undefined
      ? `list of ${items.type ?? ''}`
      : `list of objects of ${fieldNames(items.properties)}`;
  return name ?? '';
}

const shown = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  items: z.object({ type: z.string().optional(), properties: z.record(z.string(), z.unknown()).optional() }).optional(),
});

function jsonSchemaOf(type: z.ZodType): z.output<typeof shown> {
  return shown.parse(z.toJSONSchema(type));
}

function fieldNames(properties: Readonly<Record<string, unknown>>): string {
  return Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(', ');
}
