/** Variables that one kind of program reads, and why nobody may set them for every program of a step at once. */
export interface RefusedVariables {
  readonly of: string;
  /** What they do; completes "they …". */
  readonly effect: string;
  /** Separated by blanks; `*` at the end stands for any rest, and within a name for any part. */
  readonly names: string;
  /** Set if the programs that read them ignore case. */
  readonly ignoreCase?: true;
}

/**
 * A name is listed if a common program takes code, a program to start, or whom to trust from it without the command
 * saying so. Not listed is what only carries data, picks an installed tool or holds credentials: NODE_ENV, JAVA_HOME,
 * KUBECONFIG.
 */
export const refusedVariables: readonly RefusedVariables[] = [
  {
    of: 'the dynamic linker and the C library',
    effect: 'load libraries into every program, or redirect how it looks up hosts and character sets',
    names:
      'LD_* DYLD_* GLIBC_TUNABLES GCONV_PATH GETCONF_DIR LOCPATH NLSPATH HOSTALIASES LOCALDOMAIN RES_OPTIONS RESOLV_HOST_CONF TERMINFO TERMINFO_DIRS TERMCAP',
  },
  {
    of: 'shells',
    effect: 'run code at the start of a shell, define functions in it, or change how it reads commands',
    names:
      'ENV BASH_ENV BASH_FUNC_* BASH_LOADABLES_PATH BASH_XTRACEFD SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND IFS CDPATH GLOBIGNORE EXECIGNORE FPATH ZDOTDIR SHELL ZX_*',
  },
  {
    of: 'home and settings',
    effect: 'move the folder in which nearly every tool looks for its own configuration, and so for programs to start',
    names: 'HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS',
  },
  {
    of: 'git and ssh',
    effect: 'name programs that git starts, configuration that names some, or another repository with its hooks',
    names:
      'GIT_SSH GIT_SSH_COMMAND GIT_EXEC_PATH GIT_TEMPLATE_DIR GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_ASKPASS SSH_ASKPASS GIT_DIR GIT_COMMON_DIR GIT_ALLOW_PROTOCOL GIT_PROTOCOL_FROM_USER GIT_CONFIG GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_CONFIG_KEY_* GIT_CONFIG_VALUE_*',
  },
  {
    of: 'pagers, editors and browsers',
    effect: 'name a program that others start, or commands that it runs',
    names:
      'PAGER MANPAGER PSQL_PAGER SYSTEMD_PAGER LESS LESSOPEN LESSCLOSE LESSKEY LESSKEYIN LESSKEY_CONTENT EDITOR VISUAL FCEDIT SUDO_EDITOR KUBE_EDITOR HGEDITOR SVN_EDITOR BROWSER SUDO_ASKPASS VIMINIT EXINIT EMACSLOADPATH PSQLRC',
  },
  {
    of: 'Node.js',
    effect: 'load modules, or compiled code, into every process',
    names:
      'NODE_OPTIONS NODE_PATH NODE_COMPILE_CACHE NODE_REPL_EXTERNAL_MODULE NODE_CHANNEL_FD BUN_OPTIONS npm_execpath npm_node_execpath COREPACK_NPM_REGISTRY COREPACK_INTEGRITY_KEYS',
  },
  {
    of: 'npm and pnpm',
    effect: 'set any of their options, the shell of scripts and the options of Node.js among them',
    names: 'npm_config_* pnpm_config_*',
    ignoreCase: true,
  },
  {
    of: 'Yarn',
    effect: 'name a script that Yarn runs in its place, plug-ins or a configuration file, or switch TLS checks off',
    names:
      'YARN_YARN_PATH YARN_PLUGINS YARN_RC_FILENAME YARN_SCRIPT_SHELL YARN_CA_FILE_PATH YARN_HTTPS_CA_FILE_PATH YARN_ENABLE_STRICT_SSL YARN_UNSAFE_HTTP_WHITELIST',
    ignoreCase: true,
  },
  {
    of: 'Python',
    effect: 'load modules, compiled modules or start-up code into every interpreter',
    names:
      'PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONEXECUTABLE PYTHONPYCACHEPREFIX PYTHONBREAKPOINT PIP_CONFIG_FILE PIP_PYTHON',
  },
  {
    of: 'Perl, Ruby, Lua, PHP, R, Julia, Tcl, Guile, Erlang and awk',
    effect: 'load modules into every interpreter, or run code at its start',
    names:
      'PERL5* PERLLIB RUBYLIB RUBYOPT RUBYPATH RUBYSHELL RUBYGEMS_GEMDEPS LUA_* PHPRC PHP_INI_SCAN_DIR R_PROFILE R_PROFILE_USER R_ENVIRON R_ENVIRON_USER JULIA_LOAD_PATH TCLLIBPATH GUILE_LOAD_PATH GUILE_LOAD_COMPILED_PATH ERL_LIBS ERL_FLAGS ERL_AFLAGS ERL_ZFLAGS ELIXIR_ERL_OPTIONS AWKPATH AWKLIBPATH',
  },
  {
    of: 'Java and .NET',
    effect: 'load agents, classes or profilers into every virtual machine',
    names:
      'JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS JDK_JAVAC_OPTIONS JAVA_OPTS CLASSPATH MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS ANT_OPTS ANT_ARGS SBT_OPTS DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE CORECLR_ENABLE_PROFILING CORECLR_PROFILER* COR_ENABLE_PROFILING COR_PROFILER*',
  },
  {
    of: 'make, Cargo and Go',
    effect: 'give them code to run, or a program to start in place of the compiler, the linker or what was built',
    names:
      'MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKEFILES CARGO RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTDOC CARGO_BUILD_RUSTC* CARGO_BUILD_RUSTDOC CARGO_TARGET_*_RUNNER CARGO_TARGET_*_LINKER CARGO_ALIAS_* CARGO_CREDENTIAL_ALIAS_* CARGO_REGISTRY_CREDENTIAL_PROVIDER CARGO_REGISTRIES_*_CREDENTIAL_PROVIDER GOFLAGS GOENV',
  },
  {
    of: 'whom TLS trusts',
    effect: 'change which certificates are believed, write the keys of connections to a file, or name code of OpenSSL',
    names:
      'SSL_CERT_FILE SSL_CERT_DIR NIX_SSL_CERT_FILE OPENSSL_CONF OPENSSL_CONF_INCLUDE OPENSSL_MODULES OPENSSL_ENGINES SSLKEYLOGFILE CURL_CA_BUNDLE CURL_HOME WGETRC SYSTEM_WGETRC REQUESTS_CA_BUNDLE HTTPLIB2_CA_CERTS PYTHONHTTPSVERIFY PIP_CERT PIP_TRUSTED_HOST NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED DENO_CERT DENO_TLS_CA_STORE GIT_SSL_NO_VERIFY GIT_SSL_CAINFO GIT_SSL_CAPATH GIT_PROXY_SSL_CAINFO CARGO_HTTP_CAINFO GOINSECURE AWS_CA_BUNDLE GRPC_DEFAULT_SSL_ROOTS_FILE_PATH BUNDLE_SSL_CA_CERT BUNDLE_SSL_VERIFY_MODE',
  },
];
