import { nearMatches } from '../../../api/names.ts';
import { UsageError } from '../../terminal/command-error.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { optionalArgument } from '../parameters/text.ts';

const errorsCommand = defineCommand({
  name: 'errors',
  summary: 'Tell what a code of an error means, and what to do',
  operations: [],
  examples: ['kici-admin help errors backend_unavailable', 'kici-admin help errors'],
  parameters: { code: optionalArgument('code', 'as it stands in an error; default: every code is listed') },
  run: async ({ code }) => {
    const { errorPages } = await import('../error-pages/error-pages.ts');
    const all = errorPages();
    const pages = code === undefined ? all : all.filter((page) => page.code === code);
    if (code === undefined)
      return { data: { errors: all }, text: [...new Set(all.map((page) => page.code))].toSorted().join('\n') };
    if (pages.length === 0) {
      const near = nearMatches(code, new Set(all.map((page) => page.code)));
      throw new UsageError(
        `there is no error ${JSON.stringify(code)}`,
        near.length === 0 ? 'kici-admin help errors lists the codes' : `did you mean ${near.join(' or ')}?`,
      );
    }
    const text = pages.map(
      ({ seen, meaning, next }) => `${code} (${seen})\n  What happened: ${meaning}\n  What to do:    ${next}`,
    );
    return { data: { errors: pages }, text: text.join('\n\n') };
  },
});

/** `help`: explains an error code. */
export const helpCommands: CommandGroup = {
  name: 'help',
  summary: 'Tell what something means',
  commands: [errorsCommand],
};
