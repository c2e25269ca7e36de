// Preloaded with `--import`: appends the URL of every module that the process loads to a file.
import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

const file = process.env['RECORD_LOADED'];
if (file === undefined) throw new Error('RECORD_LOADED names the file');
registerHooks({
  load(url, context, nextLoad) {
    appendFileSync(file, `${url}\n`);
    return nextLoad(url, context);
  },
});
