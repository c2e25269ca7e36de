import { ask, type TestServer } from './server.ts';

export interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  readonly namespace?: string;
}

/** A server's answers to each step, without what differs between runs. */
export async function transcribe(
  server: TestServer,
  steps: readonly Step[],
): Promise<Readonly<Record<string, string>>> {
  const lines: Record<string, string> = {};
  for (const { name, method, path, body, token, namespace } of steps) {
    const reply = await ask(server, method, path, body, {
      ...(token !== undefined && { token }),
      ...(namespace !== undefined && { namespace }),
    });
    lines[name] = `${reply.status} ${JSON.stringify(normalize(reply.body ?? null))}`;
  }
  return lines;
}

const passing = new Set(['request_id', 'accessor', 'uuid', 'lease_id', 'wrap_info', 'mount_type']);
const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function normalize(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalize);
  if (typeof value === 'string') return time.test(value) ? '<time>' : value;
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !passing.has(name))
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, member]) => [name, normalize(member)]),
  );
}
