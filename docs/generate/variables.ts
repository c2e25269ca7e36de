import { refusedVariables } from '../../src/api/refused-variables.ts';
import { table } from './errors.ts';

/** Considered but not refused, with the reason. */
export const allowedVariables: readonly (readonly [names: string, reason: string])[] = [
  ['NODE_ENV NODE_AUTH_TOKEN NPM_TOKEN CI DEBUG FORCE_COLOR', 'data or a credential; no code runs because of it'],
  ['PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONWARNINGS PIP_INDEX_URL', 'nothing new is loaded'],
  [
    'GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_TERMINAL_PROMPT GIT_TRACE GIT_LFS_SKIP_SMUDGE',
    'data of a commit, or more to read',
  ],
  [
    'JAVA_HOME GOPATH GOROOT CARGO_HOME RUSTUP_TOOLCHAIN GEM_HOME BUNDLE_GEMFILE VIRTUAL_ENV GRADLE_USER_HOME',
    'picks an installed tool or a project file, which is what authors set them for',
  ],
  ['CC CXX CFLAGS LDFLAGS RUSTFLAGS', 'shapes what is built, which the author then runs anyway'],
  [
    'CARGO_TERM_COLOR CARGO_INCREMENTAL CARGO_REGISTRY_TOKEN GOPROXY GOPRIVATE YARN_CACHE_FOLDER PNPM_HOME',
    'options that start nothing',
  ],
  [
    'DOCKER_HOST DOCKER_CONFIG KUBECONFIG GOOGLE_APPLICATION_CREDENTIALS SOPS_AGE_KEY_FILE SSH_AUTH_SOCK',
    'where credentials are kept or used, which is what secrets are for',
  ],
  [
    'AWS_PROFILE AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PAGER',
    'credentials and options; the pager is asked for on terminals only, and emptied in most pipelines',
  ],
  ['HTTP_PROXY HTTPS_PROXY NO_PROXY', 'a proxy sees no more of TLS than the network does'],
  ['TMPDIR LANG LC_ALL TZ TERM USER', 'no code runs because of them'],
];

export function variablesPage(): string {
  return `${[
    '# Names of variables that are refused',
    'A variable reaches every program of a step at once. Some names make programs load code, start another program, or trust somebody, without the command saying so. Nobody can set those for steps: not `$KICI_ENV`, `ctx.setEnv`, `ctx.secrets.expose`, `ctx.secrets.exposeFile`, `kici-admin variable set` or `job({ env })`. All six use the same list.',
    "If you need one, give it to the one command: `` ctx.$`GIT_SSH_COMMAND=${command} git fetch` ``, or write it to the settings of that tool. `ctx.addPath` adds to `PATH`, and names that start with `KICI_` are the runner's own.",
    '## Refused',
    table(
      ['of', 'they', 'names'],
      refusedVariables.map(({ of, effect, names, ignoreCase }) => [
        of,
        effect,
        `${code(names)}${ignoreCase === true ? ', in any case, as the programs that read them accept' : ''}`,
      ]),
    ),
    '`*` stands for any part of a name. Names are case-sensitive unless noted, as they are for the programs that read them.',
    '## Considered and allowed',
    table(
      ['names', 'why'],
      allowedVariables.map(([names, reason]) => [code(names), reason]),
    ),
    'The list protects from accidents and from values that others can influence, such as a decrypted file that is appended to `$KICI_ENV`. A step that wants to run code can do so anyway.',
  ].join('\n\n')}\n`;
}

function code(names: string): string {
  return names
    .split(' ')
    .map((name) => `\`${name}\``)
    .join(' ');
}
