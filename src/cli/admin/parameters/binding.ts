import { integer, pairs } from './parsed.ts';
import { argument, option } from './text.ts';

export const environment = argument('environment', 'the name of the environment');

export const scopeHelp =
  'a scope or a glob: backend:pattern, a bare pattern for the internal store, *:pattern for every backend';

/** The flags that bind a scope, shared by every command that binds or previews. */
export const bindingSettings = {
  priority: integer('--priority <n>', 'higher wins; default 0'),
  prefix: option('--prefix <prefix>', 'put before each key'),
  map: pairs('--map <source=KEY>', 'bind one name under another key; only mapped names are bound (repeatable)'),
  host: option('--host <pattern>', 'for agents on hosts that match; default: every host'),
};
