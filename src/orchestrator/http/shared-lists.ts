import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { listText } from '../list-text.ts';

/** The texts of lists that many answers share, by their list and what it was checked against. */
const written = new WeakMap<readonly unknown[], WeakMap<z.ZodType, Promise<Buffer>>>();

/**
 * Writes an answer in parts, where it has a list that cannot change: such a list may be long, and many answers may have
 * it, so it is checked and written once.
 * @returns undefined where it has none
 */
export function writtenInParts(output: z.ZodType, answer: unknown): Promise<readonly Buffer[]> | undefined {
  if (!(output instanceof z.ZodObject) || typeof answer !== 'object' || answer === null) return undefined;
  if (!Object.values(answer).some(isShared)) return undefined;
  const shared = new Map<string, Promise<Buffer>>();
  for (const [name, value] of Object.entries(answer)) {
    const schema: unknown = output.shape[name];
    if (isShared(value) && schema instanceof z.ZodArray) shared.set(name, textOf(schema, value));
  }
  return shared.size === 0 ? undefined : partsOf(output, answer, shared);
}

async function partsOf(
  output: z.ZodObject,
  answer: object,
  shared: ReadonlyMap<string, Promise<Buffer>>,
): Promise<readonly Buffer[]> {
  const lists = new Map(await Promise.all([...shared].map(async ([name, text]) => [name, await text] as const)));
  const checked = output.parse({ ...answer, ...Object.fromEntries([...lists.keys()].map((name) => [name, []])) });
  const parts = new Array<Buffer>();
  let text = '';
  let before = '{';
  for (const [name, value] of Object.entries(checked)) {
    if (value === undefined) continue;
    text += `${before}${JSON.stringify(name)}:`;
    before = ',';
    const list = lists.get(name);
    if (list === undefined) text += JSON.stringify(value);
    else {
      parts.push(Buffer.from(text), list);
      text = '';
    }
  }
  return [...parts, Buffer.from(`${text}}`)];
}

function isShared(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && Object.isFrozen(value);
}

/** The parts go out as they are: a copy for each answer would fill the memory. */
export function sendParts(reply: FastifyReply, parts: readonly Buffer[]): FastifyReply {
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return reply
    .type('application/json; charset=utf-8')
    .header('content-length', length)
    .send(Readable.from(parts, { objectMode: false }));
}

function textOf(schema: z.ZodArray, list: readonly unknown[]): Promise<Buffer> {
  const known = written.get(list) ?? new WeakMap<z.ZodType, Promise<Buffer>>();
  written.set(list, known);
  const text = known.get(schema) ?? listText(list, (some) => schema.parse(some)).then((whole) => Buffer.from(whole));
  known.set(schema, text);
  return text;
}
