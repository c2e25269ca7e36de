import type { Fault } from '../harness.ts';

/** How many small parts precede the true answer. */
const parts = { flood: 8_000_000, swarm: 500_000 } as const satisfies Partial<Record<Fault, number>>;

export type PaddingFault = keyof typeof parts;

const made = new Map<PaddingFault, Buffer>();

export function isPadded(fault: Fault | undefined): fault is PaddingFault {
  return fault === 'flood' || fault === 'swarm';
}

/**
 * A JSON object's text preceded by a member of nothing but small parts, in two pieces; built once, because it is large.
 */
export function padObject(fault: PaddingFault, text: string): readonly [Buffer, string] {
  let padding = made.get(fault);
  if (padding === undefined) made.set(fault, (padding = Buffer.from(`{"padding":[${'[1],'.repeat(parts[fault])}1]`)));
  const members = text.replace(/^\s*\{\s*/, '');
  return [padding, members === '' || members.startsWith('}') ? '}' : `,${members}`];
}

/** The same number of small parts in another protocol. */
export function padBytes(fault: PaddingFault, part: Buffer): Buffer {
  return Buffer.alloc(part.byteLength * parts[fault] * 2, part);
}
