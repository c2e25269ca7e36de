/** What a step may take at most. Left out: no limit. */
export interface Limits {
  /** Processes and threads at one time, as the system counts them. */
  readonly processes?: number | undefined;
  /** In bytes. */
  readonly memory?: number | undefined;
  /** Bytes of /tmp, where that is the sandbox's own. */
  readonly tmp?: number | undefined;
  /** Bytes that it prints. */
  readonly output?: number | undefined;
}

export type LimitName = keyof Limits;

export const limitNames = ['processes', 'memory', 'tmp', 'output'] as const satisfies readonly LimitName[];

/** With less than this, the step's own Node.js would not start, or could not say what is wrong. */
export const smallest = { processes: 32, memory: 64 * 1_048_576, tmp: 65_536, output: 1_024 } as const;

/** No Linux has numbers for more. */
export const mostProcesses = 4_194_304;

const units = { KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 } as const;

/** Of `512MiB`, and for processes of `64`. Undefined: it is none. */
export function amountOf(name: LimitName, text: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d{0,6})(KiB|MiB|GiB)?$/.exec(text) ?? [];
  if (digits === undefined || (name === 'processes') === (unit !== undefined)) return undefined;
  if (name === 'processes' && Number(digits) > mostProcesses) return undefined;
  return Number(digits) * (unit === 'KiB' || unit === 'MiB' || unit === 'GiB' ? units[unit] : 1);
}

/** As it is written, in the largest unit that says it exactly. */
export function written(name: LimitName, amount: number): string {
  if (name === 'processes') return `${amount}`;
  const unit = (['GiB', 'MiB', 'KiB'] as const).find((one) => amount % units[one] === 0);
  return unit === undefined ? `${amount} bytes` : `${amount / units[unit]}${unit}`;
}

/** Of two limits the smaller one. */
export function smallerOf(left: Limits, right: Limits): Limits {
  const both: { -readonly [name in LimitName]?: number | undefined } = { ...left, ...right };
  for (const name of limitNames) {
    const [one, other] = [left[name], right[name]];
    if (one !== undefined && other !== undefined) both[name] = Math.min(one, other);
  }
  return both;
}

export function sameLimits(left: Limits, right: Limits): boolean {
  return limitNames.every((name) => left[name] === right[name]);
}
