import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { programFile } from '../support/programs.ts';

// node test/deep/lines.ts [--gigabytes 1] [--sandbox none]: `kici run` passes on as many bytes as a step prints.
const { values } = parseArgs({
  options: { gigabytes: { type: 'string', default: '1' }, sandbox: { type: 'string', default: 'none' } },
});
const linesPerBlock = 65_536;
const line = (block: number, index: number): string =>
  `${String(block).padStart(8, '0')} ${String(index).padStart(6, '0')}\n`;
const blockBytes = linesPerBlock * line(0, 0).length;
const blocks = Math.ceil((Number(values.gigabytes) * 1e9) / blockBytes);

const root = mkdtempSync(join(tmpdir(), 'kici-lines-'));
mkdirSync(join(root, '.kici/workflows'), { recursive: true });
writeFileSync(
  join(root, '.kici/workflows/main.ts'),
  `import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('main', { on: push(), jobs: [job('only', { runsOn: 'default', steps: [step('s', () => {
  for (let block = 0; block < ${blocks}; block += 1) {
    let text = '';
    for (let index = 0; index < ${linesPerBlock}; index += 1) text += String(block).padStart(8, '0') + ' ' + String(index).padStart(6, '0') + '\\n';
    process.stderr.write(text);
  }
})] })] });
`,
);
try {
  const began = performance.now();
  const child = spawn(process.execPath, [programFile('kici'), 'run', '--sandbox', values.sandbox], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', HOME: root, TMPDIR: tmpdir() },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Standard error belongs to the step alone.
  const actual = createHash('sha256');
  let bytes = 0;
  let lines = 0;
  for await (const chunk of child.stderr) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError('a pipe gives bytes');
    actual.update(chunk);
    bytes += chunk.byteLength;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  const seconds = (performance.now() - began) / 1_000;
  const expected = createHash('sha256');
  for (let block = 0; block < blocks; block += 1)
    expected.update(Array.from({ length: linesPerBlock }, (_, index) => line(block, index)).join(''));
  const isSame = actual.digest('hex') === expected.digest('hex');
  console.log(
    `${blocks * linesPerBlock} lines in, ${lines} lines out, ${bytes} bytes in ${seconds.toFixed(0)} s, ${isSame ? 'the same bytes' : 'NOT the same bytes'}`,
  );
  process.exitCode = isSame ? 0 : 1;
} finally {
  rmSync(root, { recursive: true, force: true });
}
