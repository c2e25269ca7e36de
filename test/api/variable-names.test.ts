import { describe, expect, it } from 'vitest';
import { allowedVariables } from '../../docs/generate/variables.ts';
import { refusedVariables } from '../../src/api/refused-variables.ts';
import { variableNameProblem } from '../../src/api/variable-names.ts';

const codeOf = (name: string): string | undefined => variableNameProblem(name)?.code;
const words = (lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' '));

describe('a name of a variable', () => {
  it.each(words(refusedVariables.map(({ names }) => names)))('%s is refused', (name) => {
    expect(codeOf(name.replaceAll('*', 'x'))).toBe('refused_variable');
  });

  it.each(words(allowedVariables.map(([names]) => names)))('%s is allowed', (name) => {
    expect(codeOf(name)).toBeUndefined();
  });

  it.each([
    'npm_config_node_options',
    'NPM_CONFIG_SCRIPT_SHELL',
    'Npm_Config_registry',
    'nPm_CoNfIg_//registry.example/:_authToken'.replaceAll(/[^A-Za-z_]/g, '_'),
    'PNPM_CONFIG_shell',
    'yarn_yarn_path',
    'LD_PRELOAD',
    'DYLD_INSERT_LIBRARIES',
    'BASH_FUNC_echo',
    'CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER',
    'GIT_CONFIG_KEY_0',
    'LUA_INIT_5_4',
    'PATH',
    'KICI_TOKEN',
  ])('%s is refused too', (name) => {
    expect(codeOf(name)).toBe('refused_variable');
  });

  it.each([
    'node_options',
    'ld_preload',
    'Git_Ssh_Command',
    'MY_NPM_CONFIG_X',
    'LDAP_URL',
    'ENVIRONMENT',
    'PATHS',
    'path',
    'GIT_CONFIGURED',
    'CARGO_TARGET_DIR',
    'YARN_ENABLE_TELEMETRY',
  ])('%s is allowed: whoever reads such variables tells upper from lower case, or reads another', (name) => {
    expect(codeOf(name)).toBeUndefined();
  });

  it.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A\n', 'A'.repeat(256)])('%j cannot be one', (name) => {
    expect(codeOf(name)).toBe('invalid_variable');
  });
});
