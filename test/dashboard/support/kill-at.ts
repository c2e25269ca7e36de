import { existsSync, readFileSync } from 'node:fs';
import { StatementSync } from 'node:sqlite';

/** Where an orchestrator ends that has loaded this before it starts. */
export interface KillPoint {
  /** As much of an SQL statement as tells it from others. */
  readonly statement: string;
  /** Whether what the statement does is in no transaction with others. */
  readonly isAlone: boolean;
  /** Its commit. */
  readonly when: 'before' | 'after';
}

/** The file that names the point, once there is one. */
export const killPointVariable = 'KICI_TEST_KILL_POINT';

const file = process.env[killPointVariable] ?? '';
let point: KillPoint | undefined;
let isReached = false;

function look(): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the test beside it wrote it
  if (point === undefined && existsSync(file)) point = JSON.parse(readFileSync(file, 'utf8')) as KillPoint;
}

function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

if (file !== '')
  for (const method of ['run', 'all'] as const) {
    const original = StatementSync.prototype[method];
    Object.defineProperty(StatementSync.prototype, method, {
      value(this: StatementSync, ...parameters: readonly unknown[]): unknown {
        look();
        const isOf = point !== undefined && this.sourceSQL.includes(point.statement);
        isReached ||= isOf;
        const isCommit = point?.isAlone === true ? isOf : isReached && this.sourceSQL === 'commit';
        if (isCommit && point?.when === 'before') end();
        const answer: unknown = Reflect.apply(original, this, parameters);
        if (isCommit) end();
        return answer;
      },
    });
  }
