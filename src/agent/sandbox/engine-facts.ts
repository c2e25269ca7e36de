import * as check from '../../api/checks.ts';

export interface EngineFacts {
  /** Whether the root of its containers is the user who runs it. */
  readonly isRootless: boolean;
  readonly runtimes: readonly string[];
  /** Limits that it can keep. */
  readonly keeps: { readonly processes: boolean; readonly memory: boolean };
}

const nothing = check.oneOf(null);
const isInfo = check.object(
  { SecurityOptions: check.either(nothing, check.listOf(check.text())) },
  {
    Runtimes: check.either(
      nothing,
      check.recordOf((value): value is unknown => value !== undefined),
    ),
    MemoryLimit: check.either(nothing, check.flag),
    PidsLimit: check.either(nothing, check.flag),
  },
);

/** @param json what the engine says about itself @returns undefined if that is something else */
export function parseFacts(json: string): EngineFacts | undefined {
  const info: unknown = JSON.parse(json);
  if (!isInfo(info)) return undefined;
  const { SecurityOptions, Runtimes, MemoryLimit, PidsLimit } = info;
  return {
    isRootless: SecurityOptions?.includes('name=rootless') === true,
    runtimes: Object.keys(Runtimes ?? {}),
    keeps: { processes: PidsLimit === true, memory: MemoryLimit === true },
  };
}
