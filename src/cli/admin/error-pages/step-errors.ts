const setIt = 'correct what the message names';

/** What a step can catch, by class and code; the compiler checks both against the package's exports. */
export const stepErrors = {
  SecretNotFoundError: {
    secret_not_found: {
      meaning:
        'there is no such secret: every backend that could hold it was queried and said so, or the job binds no environment, or the job does not state this key',
      next: 'look at the near matches in the message; `ctx.secrets.list()` shows what there is',
    },
  },
  SecretUnavailableError: {
    'a code of [a backend](#backends)': {
      meaning: 'whether there is a value, or what it is, could not be determined; nothing else was served in its place',
      next: 'follow the hint; `kici-admin explain` shows which backend blocks it',
    },
  },
  SecretNotSetError: {
    secret_not_set: {
      meaning: 'the name was declared and has no value yet',
      next: 'set it with `kici-admin secret set`',
    },
  },
  BinarySecretError: {
    secret_binary: {
      meaning: 'the value is not text, so it can be neither a string nor a variable',
      next: 'use `ctx.secrets.mountFile`, which gives every byte',
    },
  },
  SecretPropertyAccessError: {
    secret_property_access: {
      meaning: 'a secret was read as a property of `ctx.secrets`',
      next: 'call `get` or `has`, as the message shows',
    },
  },
  SecretFileError: {
    no_sources: { meaning: '`sources` names no secret', next: 'name at least one' },
    invalid_options: { meaning: 'the options are not those of `mountFile`', next: setIt },
    invalid_file_name: { meaning: '`name` is not a plain file name', next: 'give a name without a folder, or none' },
    duplicate_file_name: {
      meaning: 'the step has mounted a file of this `name` before',
      next: 'give another name, or none',
    },
    cannot_write: {
      meaning: 'the file could not be written',
      next: 'check the free space and the permissions of the folder for temporary files; `--mount-dir` chooses another',
    },
  },
  EnvironmentNameError: {
    invalid_variable: {
      meaning: 'no shell can read a variable of this name',
      next: 'use letters, digits and "_", and no digit at the start',
    },
    refused_variable: {
      meaning: 'a variable of this name changes how programs load code',
      next: 'give it to the one command that needs it; `ctx.addPath` adds to PATH, and [variables.md](variables.md) has the list',
    },
    variable_too_large: {
      meaning: 'no program could be started with a variable of that size, or with all of them together',
      next: 'put the value in a file; `ctx.secrets.mountFile` does so for a secret',
    },
  },
  MaskError: {
    invalid_value: { meaning: '`ctx.mask` was given neither text nor bytes', next: 'pass the value itself' },
    mask_limit: {
      meaning: 'the value is larger than can be masked, or the job has masked as much of its own as it may',
      next: 'mask only what is secret, and do not print this value',
    },
  },
  ShellError: {
    command_failed: {
      meaning: 'a command of `ctx.$` ended with an exit code other than 0, or by a signal',
      next: 'read the end of its error output in the message; `.nothrow()` continues whatever the exit code',
    },
    command_timed_out: {
      meaning: 'a command did not finish within its `timeout` and was stopped',
      next: 'find out what it waits for, or give it more time',
    },
    command_not_started: {
      meaning: 'the system did not start a command; the message says why',
      next: 'give large values as `ctx.$({ input })` or in a file; install bash; correct `cwd`',
    },
    invalid_command: {
      meaning: 'the value of a `${…}`, an option of `ctx.$` or a `.pipe()` cannot be used, and nothing was run',
      next: setIt,
    },
    output_too_large: {
      meaning: 'the output of a command was requested and is more than can be kept; the log has all of it',
      next: 'redirect it to a file in the command, and read the file',
    },
  },
  WorkflowDefinitionError: {
    invalid_workflow: {
      meaning: 'a workflow cannot run as it is written; `kici run` reports it as `workflow_invalid`',
      next: 'correct every place that the message lists',
    },
  },
} as const;
