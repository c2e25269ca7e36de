import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import { realSops } from './lane.ts';

/** Shell lines that make the real program misbehave. */
const behaviors = {
  delay: 'sleep 0.15; exec "$real" "$@"',
  hang: 'exec sleep 600',
  reset: 'kill -9 $$',
  half_body: '"$real" "$@" | head -c 20; exit 0',
  server_error: 'exit 70',
  garbage: 'echo "<html>"; "$real" "$@"; exit 0',
  empty: 'exit 0',
  flood: `printf '{"padding":['; yes '[1],' | head -c 40000000 | tr -d '\\n'; exit 0`,
  swarm: `printf '{"padding":['; yes '[1],' | head -c 2500000 | tr -d '\\n'; printf '1]}'; exit 0`,
} as const satisfies Partial<Record<Fault, string>>;

export type ProgramFault = keyof typeof behaviors;

export const programFaults = Object.keys(behaviors).filter((name): name is ProgramFault => name in behaviors);

export interface Program {
  readonly path: string;
  set(fault: ProgramFault, times?: number): Promise<void>;
  heal(): Promise<void>;
  count(): Promise<number>;
}

/** A script in front of the real sops that counts calls and causes faults. */
export async function makeProgram(folder: string): Promise<Program> {
  const path = join(folder, 'sops');
  const [always, once, log] = ['always', 'once', 'log'].map((name) => join(folder, name));
  const lines = Object.entries(behaviors).map(([name, behavior]) => `${name}) ${behavior};;`);
  await writeFile(
    path,
    `#!/bin/sh
real='${realSops}'
echo . >> '${log}'
fault=
if [ -e '${always}' ]; then read -r fault < '${always}'
elif [ -e '${once}' ] && mv '${once}' '${once}'.$$ 2>/dev/null; then read -r fault < '${once}'.$$; fi
case "$fault" in
${lines.join('\n')}
*) exec "$real" "$@";;
esac
`,
  );
  await chmod(path, 0o755);
  return {
    path,
    async set(fault, times) {
      // Atomic, so that a concurrent call sees the whole file.
      await writeFile(`${folder}/next`, `${fault}\n`);
      await rename(`${folder}/next`, (times === 1 ? once : always) ?? '');
    },
    async heal() {
      for (const file of [always, once]) await rm(file ?? '', { force: true });
    },
    count: async () => (await readFile(log ?? '', 'utf8').catch(() => '')).length / 2,
  };
}
