import * as z from 'zod';

export interface EngineFacts {
  /** Whether the root of its containers is the user who runs it. */
  readonly isRootless: boolean;
  readonly runtimes: readonly string[];
  /** Limits that it can keep. */
  readonly keeps: { readonly processes: boolean; readonly memory: boolean };
}

const info = z.object({
  SecurityOptions: z.array(z.string()).nullish(),
  Runtimes: z.record(z.string(), z.unknown()).nullish(),
  MemoryLimit: z.boolean().nullish(),
  PidsLimit: z.boolean().nullish(),
});

/** @param json what the engine says about itself @throws ZodError or SyntaxError when that is something else */
export function parseFacts(json: string): EngineFacts {
  const { SecurityOptions, Runtimes, MemoryLimit, PidsLimit } = info.parse(JSON.parse(json));
  return {
    isRootless: (SecurityOptions ?? []).includes('name=rootless'),
    runtimes: Object.keys(Runtimes ?? {}),
    keeps: { processes: PidsLimit === true, memory: MemoryLimit === true },
  };
}
