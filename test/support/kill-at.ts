import fs, { existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

/** Where a program ends that has loaded this before it starts. */
export interface KillPoint {
  /** `commit`: of the transaction in which the statement runs; `file`: when it is replaced. */
  readonly of: 'statement' | 'commit' | 'file';
  /** As much of an SQL statement, or of the path of a file, as tells it from others. */
  readonly text: string;
  readonly when: 'before' | 'after';
  /** How many of these pass first; default: none. */
  readonly skip?: number;
}

const variable = 'KICI_TEST_KILL_POINT';

/** @param file names the point, once there is one */
export function dyingAt(file: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${pathToFileURL(import.meta.filename).href}`, [variable]: file };
}

const file = process.env[variable] ?? '';
let point: KillPoint | undefined;
let passed = 0;
let isInTransaction = false;

/** Runs it, or ends before or after it. */
function at(isReached: boolean, run: () => unknown): unknown {
  const isPoint = isReached && (passed += 1) > (point?.skip ?? 0);
  if (isPoint && point?.when === 'before') process.kill(process.pid, 'SIGKILL');
  const answer = run();
  if (isPoint) process.kill(process.pid, 'SIGKILL');
  return answer;
}

function look(): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test beside it wrote it
  if (point === undefined && existsSync(file)) point = JSON.parse(readFileSync(file, 'utf8')) as KillPoint;
}

function isReachedBy(sql: string): boolean {
  look();
  if (point === undefined || point.of === 'file') return false;
  const isOf = sql.includes(point.text);
  if (point.of === 'statement') return isOf;
  isInTransaction ||= isOf;
  return isInTransaction && sql === 'commit';
}

if (file !== '') {
  for (const method of ['run', 'all'] as const) {
    const original = StatementSync.prototype[method];
    Object.defineProperty(StatementSync.prototype, method, {
      value(this: StatementSync, ...parameters: readonly unknown[]): unknown {
        return at(isReachedBy(this.sourceSQL), () => Reflect.apply(original, this, parameters));
      },
    });
  }
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    look();
    at(point?.of === 'file' && String(to).includes(point.text), () => renameSync(from, to));
  };
  syncBuiltinESMExports();
}
