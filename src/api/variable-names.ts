import { quote } from '@kici-dev/secret-backend';
import { refusedVariables, type RefusedVariables } from './refused-variables.ts';

export interface VariableNameProblem {
  readonly code: 'invalid_variable' | 'refused_variable';
  readonly message: string;
}

/** As long as a key may be, since `expose` turns a key into a name. */
const readable = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

const families = refusedVariables.map((family) => ({ family, pattern: patternOf(family) }));

/** Why nobody may set an environment variable of this name for steps, by any route; `undefined` if one may. */
export function variableNameProblem(name: string): VariableNameProblem | undefined {
  if (!readable.test(name))
    return {
      code: 'invalid_variable',
      message: `no shell can read an environment variable called ${quote(name)}; use at most 255 letters, digits and "_", with no digit first`,
    };
  const problem = refusal(name);
  return problem === undefined ? undefined : { code: 'refused_variable', message: problem };
}

function refusal(name: string): string | undefined {
  if (name === 'PATH') return 'PATH changes which programs run; add a folder to it with ctx.addPath';
  if (name.startsWith('KICI_'))
    return `names that start with KICI_ are the runner's own, so ${name} cannot be set; choose another name`;
  const found = families.find(({ pattern }) => pattern.test(name));
  return found === undefined
    ? undefined
    : `the environment variable ${name} changes how programs load code (${found.family.of}: such variables ${found.family.effect}); give it to the one command that needs it`;
}

function patternOf({ names, ignoreCase }: RefusedVariables): RegExp {
  const alternatives = names.split(' ').map((name) => name.replaceAll('*', '.*'));
  return new RegExp(`^(?:${alternatives.join('|')})$`, ignoreCase === true ? 'i' : '');
}
