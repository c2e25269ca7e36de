import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript } from '../../src/cli/admin/completion/scripts.ts';
import { completionNodes } from '../../src/cli/admin/completion/tree.ts';
import { createProgram } from '../../src/cli/admin/program.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import { describeLane } from '../support/lane.ts';

const program = createProgram({ version: '0', writeOut: () => {}, writeErr: () => {}, run: async () => {} });

function missing(shell: string): string | undefined {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0 ? undefined : `${shell} is not installed`;
}

describeLane({ name: 'bash', missing: missing('bash') }, () => {
  /** What bash offers for the last of these words. */
  function offered(...words: string[]): string[] {
    const line = words.map((word) => `'${word}'`).join(' ');
    const { stdout, stderr } = spawnSync('bash', ['-s'], {
      input: `${completionScript('bash', program)}\nCOMP_WORDS=(kici-admin ${line}); COMP_CWORD=${words.length}; _kici_admin; printf '%s\\n' "\${COMPREPLY[@]}"\n`,
    });
    expect(stderr.toString()).toBe('');
    return stdout
      .toString()
      .split('\n')
      .filter((word) => word !== '');
  }

  it('offers commands, their subcommands and their options', () => {
    expect(offered('sec')).toEqual(['secret']);
    expect(offered('secret', '')).toEqual(expect.arrayContaining(['set', 'list', 'restore', '--json']));
    expect(offered('secret', 'set', '--from')).toEqual(['--from-stdin', '--from-file', '--from-env']);
    expect(offered('--org', 'payments', 'backend', 'add', '--t')).toEqual(['--type', '--trim', '--token-file']);
  });

  it('offers the words that an option takes, and files where it takes a path', () => {
    expect(offered('token', 'create', '--role', 'au')).toEqual(['auditor', 'author']);
    expect(offered('secret', 'set', '--from-file', 'package.j')).toEqual(['package.json']);
    expect(offered('secret', 'set', '--scope', '')).toEqual([]);
  });

  it('is not misled by a name that is also a command', () => {
    expect(offered('secret', 'list', '--scope', 'secret', '--tr')).toEqual(['--tree']);
  });
});

describeLane({ name: 'zsh', missing: missing('zsh') }, () => {
  it('parses the script', () => {
    expect(spawnSync('zsh', ['-n'], { input: completionScript('zsh', program) }).stderr.toString()).toBe('');
  });
});

describeLane({ name: 'fish', missing: missing('fish') }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kici-completion-'));
    await writeFile(join(folder, 'completion.fish'), completionScript('fish', program));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  function offered(line: string): string[] {
    const { stdout, stderr } = spawnSync(
      'fish',
      ['--no-config', '-c', `source ${join(folder, 'completion.fish')}; complete -C '${line}'`],
      { env: { ...process.env, HOME: folder, TERM: 'dumb' } },
    );
    expect(stderr.toString()).toBe('');
    return stdout
      .toString()
      .split('\n')
      .filter((word) => word !== '')
      .map((word) => word.split('\t')[0] ?? '');
  }

  it('offers commands, options, and the words that an option takes', () => {
    expect(offered('kici-admin sec')).toEqual(['secret']);
    expect(offered('kici-admin secret set --from')).toEqual(['--from-env', '--from-file', '--from-stdin']);
    expect(offered('kici-admin token create --role au')).toEqual(['auditor', 'author']);
  });
});

describe('every script', () => {
  it.each(['bash', 'zsh', 'fish'] as const)(
    'of %s has every command and every option of the tree, as the program prints it',
    async (shell) => {
      const script = completionScript(shell, program);
      expect(await adminInProcess(['completion', shell])).toEqual({ exitCode: 0, stdout: `${script}\n`, stderr: '' });
      for (const node of completionNodes(program)) {
        expect(script).toContain(`'${node.path}'`);
        for (const option of node.options)
          expect(script).toContain(shell === 'fish' ? `-l ${option.long.slice(2)} ` : option.long);
      }
    },
  );
});
