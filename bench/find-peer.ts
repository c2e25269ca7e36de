import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** A program of `KICI_BENCH_NAME`, or of PATH; `undefined`, and a line that says so, where the machine has none. */
export async function findPeer(name: string): Promise<string | undefined> {
  const variable = `KICI_BENCH_${name.toUpperCase()}`;
  const places = [process.env[variable], ...(process.env['PATH'] ?? '').split(delimiter).map((one) => join(one, name))];
  for (const place of places)
    if (
      place !== undefined &&
      (await access(place, constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      return place;
  console.log(`no row for ${name}: it is not on PATH, and ${variable} names no program`);
  return undefined;
}
