import { backendsPage } from './backends.ts';
import { cliPage } from './cli.ts';
import { errorsPage } from './errors.ts';
import { httpPage } from './http.ts';
import { messagesPage } from './messages.ts';
import { policyPage } from './policy.ts';
import { runEventsPage, runEventsSchema } from './run-events.ts';
import { variablesPage } from './variables.ts';

/** Pages generated from the code; `npm run docs` writes them. */
export const generatedPages: Readonly<Record<string, () => string>> = {
  'backends/README.md': backendsPage,
  'cli.md': cliPage,
  'dashboard-write-policy.md': policyPage,
  'errors.md': errorsPage,
  'http.md': httpPage,
  'messages.md': messagesPage,
  'run-events.md': runEventsPage,
  'run-events.schema.json': runEventsSchema,
  'variables.md': variablesPage,
};
