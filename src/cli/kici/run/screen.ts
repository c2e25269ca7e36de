import type { RunEvent } from '../../../agent/run/events.ts';
import { printable, type Io } from '../../terminal/io.ts';
import { frames } from '../../terminal/progress.ts';
import { paint, type Style } from '../../terminal/report.ts';
import { StepList, type ListedStep, type StepState } from './step-list.ts';

/** What a run shows below its log while it goes on. */
export interface Screen {
  /** To be called before anything else is written. */
  clear(): void;
  /** To be called after it. @param midLine whether the log ends in the middle of a line, into which nothing is drawn */
  show(event: RunEvent, midLine: boolean): void;
  /** The list as it stays in the log, one line each; empty if nothing was shown. */
  last(): string;
  end(): void;
}

export const noScreen: Screen = Object.freeze({
  clear: () => undefined,
  show: () => undefined,
  last: () => '',
  end: () => undefined,
});

const frameMs = 120;
/** Output comes in bursts, so the list is not drawn for each piece. */
const afterOutputMs = 40;
const clearBelow = '\u001b[J';

/** The steps with their times, on a terminal; nothing in a pipe, in CI, or if the terminal cannot move its cursor. */
export function openScreen(io: Io): Screen {
  const { environment, stdout } = io;
  if (stdout.isTTY !== true || (environment['CI'] ?? '') !== '' || environment['TERM'] === 'dumb') return noScreen;
  const list = new StepList(() => performance.now());
  let drawn = 0;
  let frame = 0;
  let isMidLine = true;
  const clear = (): void => {
    if (drawn > 0) stdout.write(`\u001b[${drawn}A\r${clearBelow}`);
    drawn = 0;
  };
  const draw = (): void => {
    if (isMidLine) return;
    const lines = visible(list.steps, Math.max(3, Math.floor((stdout.rows ?? 24) / 2))).map((step) =>
      typeof step === 'string' ? paint(io, 'dim', step, 'stdout') : lineOf(step, list, io, frame),
    );
    clear();
    stdout.write(lines.map((line) => `${line}\n`).join(''));
    drawn = lines.length;
  };
  const timer = setInterval(() => {
    frame += 1;
    draw();
  }, frameMs).unref();
  let soon: NodeJS.Timeout | undefined;
  return {
    clear,
    show(event, midLine) {
      list.hear(event);
      isMidLine = midLine || event.type === 'workflow_finished';
      soon ??= setTimeout(() => {
        soon = undefined;
        draw();
      }, afterOutputMs).unref();
    },
    last: () => list.steps.map((step) => `${lineOf(step, list, io, 0)}\n`).join(''),
    end() {
      clearInterval(timer);
      clearTimeout(soon);
      clear();
    },
  };
}

/** As many as fit, around the running one. */
function visible(steps: readonly ListedStep[], room: number): readonly (ListedStep | string)[] {
  if (steps.length <= room) return steps;
  const running = steps.findIndex(({ state }) => state === 'running' || state === 'waiting');
  const start = Math.min(Math.max(0, running - 1), steps.length - (room - 1));
  const shown = steps.slice(start, start + room - 1);
  return [...shown, `  … and ${steps.length - shown.length} more`];
}

const looks: Readonly<Record<StepState, { readonly sign: string; readonly style: Style }>> = {
  waiting: { sign: ' ', style: 'dim' },
  running: { sign: '', style: 'cyan' },
  succeeded: { sign: '✓', style: 'green' },
  failed: { sign: '✗', style: 'red' },
  timed_out: { sign: '✗', style: 'red' },
  cancelled: { sign: '✗', style: 'yellow' },
  skipped: { sign: '-', style: 'dim' },
};

const timeWidth = 10;

function lineOf(step: ListedStep, list: StepList, io: Io, frame: number): string {
  const { sign, style } = looks[step.state];
  const ms = list.elapsedMs(step);
  const time = ms === undefined ? '' : `${(ms / 1_000).toFixed(1)} s`;
  const room = Math.max(10, (io.stdout.columns ?? 80) - timeWidth - 4);
  const name = cut(`${printable(step.job)} › ${printable(step.step)}`, room);
  const shown = step.state === 'running' ? (frames[frame % frames.length] ?? '') : sign;
  return paint(
    io,
    style,
    ` ${shown} ${name}${' '.repeat(room - widthOf(name))}${time.padStart(timeWidth)}`.trimEnd(),
    'stdout',
  );
}

/** Non-ASCII characters may take two columns, and a wrapped line could not be cleared. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) < 0x7f || character === '›' ? 1 : 2;
  return width;
}

function cut(text: string, room: number): string {
  let kept = '';
  for (const character of text) {
    if (widthOf(kept + character) > room) break;
    kept += character;
  }
  return kept;
}
