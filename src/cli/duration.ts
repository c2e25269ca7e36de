const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Such as `30s`, in milliseconds; `0` means none. `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? (text === '0' ? ['', '0', 'ms'] : []);
  const factor = unit === undefined ? undefined : unitMs[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
