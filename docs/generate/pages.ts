import { cliPage } from './cli.ts';
import { errorsPage } from './errors.ts';

/** Pages that are made from the code; `npm run docs` writes them. */
export const generatedPages: Readonly<Record<string, () => string>> = { 'cli.md': cliPage, 'errors.md': errorsPage };
