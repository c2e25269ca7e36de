import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/agent/run/events.ts';
import { openScreen, noScreen, type Screen } from '../../src/cli/kici/run/screen.ts';
import { textEvents } from '../../src/cli/kici/run/text-events.ts';
import type { Io } from '../../src/cli/terminal/io.ts';
import { paint } from '../../src/cli/terminal/report.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const esc = '\u001b';

function terminal(environment: Io['environment'] = { NO_COLOR: '1' }, rows = 24, columns = 40) {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns, rows });
  const io: Io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), environment };
  return { io, printed: () => String(stdout.read() ?? '') };
}

function started(
  io: Io,
  steps: readonly string[] = ['one', 'two'],
): { screen: Screen; emit: (event: RunEvent) => void } {
  const screen = openScreen(io);
  const emit = textEvents(io, 1, screen);
  emit({ type: 'workflow_started', workflow: 'w', jobs: [{ name: 'j', steps }] });
  emit({ type: 'job_started', job: 'j' });
  emit({ type: 'step_started', job: 'j', step: 'one' });
  return { screen, emit };
}

const output = (text: string): RunEvent => ({
  type: 'output',
  job: 'j',
  step: 'one',
  stream: 'stdout',
  bytes: Buffer.from(text),
});

describe('the list of steps on a terminal', () => {
  it('stands below the log with times, gives way to what is printed, and stays at the end', () => {
    const { io, printed } = terminal();
    const { screen, emit } = started(io);
    printed();
    vi.advanceTimersByTime(1_200);
    expect(printed()).toContain(` - j › one${' '.repeat(24)}1.2 s\n   j › two\n`);
    emit(output('hello\n'));
    expect(printed()).toBe(`${esc}[2A\r${esc}[Jhello\n`);
    vi.advanceTimersByTime(40);
    expect(printed()).toMatch(/^ . j › one +1\.2 s\n {3}j › two\n$/);
    emit({
      type: 'step_finished',
      job: 'j',
      step: 'one',
      status: 'failed',
      durationMs: 1_400,
      code: 'step_failed',
      error: 'Error: x',
    });
    emit({ type: 'job_finished', job: 'j', status: 'failed' });
    emit({ type: 'workflow_finished', workflow: 'w', status: 'failed' });
    screen.end();
    const end = printed();
    expect(end).toContain(' ✗ j › one');
    expect(end).toContain(' - j › two');
    expect(end.endsWith('workflow w: failed\n')).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(printed()).toBe('');
  });

  it('is not drawn into a line that has not ended', () => {
    const { io, printed } = terminal();
    const { screen, emit } = started(io);
    emit(output('half a li'));
    printed();
    vi.advanceTimersByTime(1_000);
    expect(printed()).toBe('');
    emit(output('ne\n'));
    vi.advanceTimersByTime(120);
    expect(printed()).toMatch(/^ne\n . j › one/);
    screen.end();
  });

  it('keeps to the room that there is: half the rows, and no line that would wrap', () => {
    const { io, printed } = terminal({ NO_COLOR: '1' }, 10, 30);
    const { screen } = started(io, ['one', '名'.repeat(40), ...Array.from({ length: 20 }, (_, index) => `s${index}`)]);
    printed();
    vi.advanceTimersByTime(40);
    const lines = printed().trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.at(-1)).toBe('  … and 18 more');
    for (const line of lines) expect(line.length + (line.match(/名/g)?.length ?? 0)).toBeLessThan(30);
    screen.end();
  });

  it.each([[{ CI: 'true' }], [{ TERM: 'dumb' }]])('is not there with %j', (environment) => {
    expect(openScreen(terminal(environment).io)).toBe(noScreen);
  });

  it('is not there in a pipe', () => {
    const { io } = terminal();
    expect(openScreen({ ...io, stdout: new PassThrough() })).toBe(noScreen);
  });
});

describe('colors', () => {
  const red = `${esc}[31mx${esc}[39m`;
  it.each([
    [true, {}, red],
    [false, {}, 'x'],
    [true, { NO_COLOR: '1' }, 'x'],
    [true, { NO_COLOR: '' }, red],
    [false, { FORCE_COLOR: '1' }, red],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, red],
    [true, { FORCE_COLOR: '0' }, 'x'],
    [true, { FORCE_COLOR: 'false' }, 'x'],
    [true, { TERM: 'dumb' }, 'x'],
  ])('terminal %s with %j', (isTTY, environment, expected) => {
    const { io } = terminal(environment);
    const stderr = Object.assign(new PassThrough(), { isTTY });
    expect(paint({ ...io, stderr }, 'red', 'x')).toBe(expected);
  });
});
