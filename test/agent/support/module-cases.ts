import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { importWorkflow, linkWorkflow } from '../../../src/agent/modules/import-workflow.ts';
import { registerModuleHooks } from '../../../src/agent/modules/module-hooks.ts';
import { ModuleGuard, ModuleRecorder } from '../../../src/agent/modules/module-records.ts';

// Acts as both kinds of step host for many projects in one process: `record FOLDER…`, then `check FOLDER…`, which
// prints the result of each import.
const [mode, ...folders] = process.argv.slice(2);
const hooks = registerModuleHooks();
for (const folder of folders) {
  const url = pathToFileURL(join(folder, '.kici/workflows/main.ts')).href;
  const kept = `${folder}.json`;
  if (mode === 'record') {
    const recorder = new ModuleRecorder();
    hooks.observe(recorder);
    await linkWorkflow(url);
    await importWorkflow(url);
    writeFileSync(kept, JSON.stringify(recorder.take()));
  } else if (existsSync(kept)) {
    const guard = new ModuleGuard(JSON.parse(readFileSync(kept, 'utf8')), `${pathToFileURL(folder).href}/`);
    hooks.observe(guard);
    try {
      await importWorkflow(url);
      guard.requireUnchanged();
      console.log(JSON.stringify('passes'));
    } catch (error) {
      console.log(JSON.stringify(String(error)));
    }
  }
}
