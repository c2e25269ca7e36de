/** Limit for `NAME=value` and its terminating byte: Linux starts no program with a longer variable. */
export const maxVariableBytes = 131_072;

const encoder = new TextEncoder();

/** The bytes that a variable takes of a new program's environment. */
export function variableBytes(name: string, value: string): number {
  return encoder.encode(name).byteLength + encoder.encode(value).byteLength + 2;
}
