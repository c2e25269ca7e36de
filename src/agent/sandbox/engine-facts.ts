import * as z from 'zod';

export interface EngineFacts {
  /** Whether the root of its containers is the user who runs it. */
  readonly isRootless: boolean;
  readonly runtimes: readonly string[];
  /** Limits that it can keep. */
  readonly keeps: { readonly processes: boolean; readonly memory: boolean };
}

const info = z.object({
  SecurityOptions: z.array(z.string()).nullable(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  MemoryLimit: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
});

/** @param json what the engine says about itself @returns undefined if that is something else */
export function parseFacts(json: string): EngineFacts | undefined {
  const { data } = info.safeParse(JSON.parse(json));
  if (data === undefined) return undefined;
  const { SecurityOptions, Runtimes, MemoryLimit, PidsLimit } = data;
  return {
    isRootless: (SecurityOptions ?? []).includes('name=rootless'),
    runtimes: Object.keys(Runtimes ?? {}),
    keeps: { processes: PidsLimit === true, memory: MemoryLimit === true },
  };
}
