import { quote } from '@kici-dev/secret-backend';
import type { EnvironmentNameErrorCode } from '@kici-dev/sdk';

export interface NameProblem {
  readonly code: EnvironmentNameErrorCode;
  readonly message: string;
}

const readable = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names through which a process is made to load or run code that it did not name. */
const loaderNames = new Set([
  'PATH',
  'IFS',
  'ENV',
  'BASH_ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PS4',
  'PROMPT_COMMAND',
  'ZDOTDIR',
  'CDPATH',
  'GLOBIGNORE',
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_COMPILE_CACHE',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_EXTRA_CA_CERTS',
  'NODE_CHANNEL_FD',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONSTARTUP',
  'PYTHONUSERBASE',
  'PERL5LIB',
  'PERL5OPT',
  'PERLLIB',
  'PERL5DB',
  'RUBYLIB',
  'RUBYOPT',
  'LUA_PATH',
  'LUA_CPATH',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'CLASSPATH',
  'MAVEN_OPTS',
  'GRADLE_OPTS',
  'DOTNET_STARTUP_HOOKS',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'GCONV_PATH',
  'GLIBC_TUNABLES',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'NLSPATH',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_EXEC_PATH',
  'GIT_TEMPLATE_DIR',
  'GIT_EXTERNAL_DIFF',
  'GIT_PROXY_COMMAND',
  'GIT_CONFIG',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_COUNT',
]);
const loaderPrefixes = [
  'LD_',
  'DYLD_',
  'BASH_FUNC_',
  'GIT_CONFIG_KEY_',
  'GIT_CONFIG_VALUE_',
  'npm_config_',
  'NPM_CONFIG_',
];

/** Why a name may not be set by a step; `undefined` when it may. */
export function variableNameProblem(name: string): NameProblem | undefined {
  if (!readable.test(name))
    return {
      code: 'invalid_variable',
      message: `no shell can read an environment variable called ${quote(name)}; use letters, digits and "_", with no digit first`,
    };
  if (name === 'PATH')
    return {
      code: 'refused_variable',
      message: 'PATH changes which programs run; add a folder to it with ctx.addPath',
    };
  if (loaderNames.has(name) || loaderPrefixes.some((prefix) => name.startsWith(prefix))) {
    return {
      code: 'refused_variable',
      message: `the environment variable ${name} changes how programs load code; give the option to the one program that needs it`,
    };
  }
  if (name.startsWith('KICI_'))
    return {
      code: 'refused_variable',
      message: `names that start with KICI_ are the runner's own, so ${name} cannot be set; choose another name`,
    };
  return undefined;
}
