import { expect, it } from 'vitest';
import { runProgram, type ProgramName } from '../support/programs.ts';

const older =
  'data:text/javascript,Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })';

it.each<ProgramName>(['kici', 'kici-admin', 'kici-orchestrator'])(
  '%s says in one line that Node.js is too old',
  async (name) => {
    const { code, stdout, stderr } = await runProgram(name, ['--help'], {
      environment: { NODE_OPTIONS: `--import=${JSON.stringify(encodeURI(older).replaceAll('"', '%22'))}` },
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `${name} needs Node.js 24 or newer; this is 20.1.0. In a checkout, \`npx ${name}\` brings its own.\n`,
    });
  },
);
