/** Of `NAME=value` and the byte that ends it: Linux starts no program that is given a longer one. */
export const maxVariableBytes = 131_072;

const encoder = new TextEncoder();

/** What a variable takes of the room that a program is started with. */
export function variableBytes(name: string, value: string): number {
  return encoder.encode(name).byteLength + encoder.encode(value).byteLength + 2;
}
