// Opens a backend with the settings of its first argument, reads one secret and checks, and prints what came of it.
import { SecretValue, type Settings } from '@kici-dev/secret-backend';
import { gcpDefinition } from '../../index.ts';
import { loopbackHost } from '../support/host.ts';
import { context, inWords, ref } from '../support/world.ts';

const [json = '{}', ambient] = process.argv.slice(2);
const parsed: Settings = JSON.parse(json);
const settings = Object.fromEntries(
  Object.entries(parsed).map(([name, value]) => [
    name,
    gcpDefinition.settings[name]?.secret === true ? SecretValue.fromText(String(value)) : value,
  ]),
);
const backend = await gcpDefinition.create(settings, loopbackHost({ ambient: { credentials: ambient === 'ambient' } }));
const [outcome] = await backend.read([ref('K')], context());
const checked = await backend.check(context()).then(
  () => 'healthy',
  (error: unknown) => String(error),
);
// Whatever would end the process later has its chance now.
await new Promise((resolve) => {
  setImmediate(resolve);
});
await backend.close();
console.log(JSON.stringify({ outcome: inWords(outcome), checked }));
