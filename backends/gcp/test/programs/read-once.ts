// Opens a backend with the settings in its first argument, reads one secret, checks, and prints the results.
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
// Gives whatever would end the process later its chance now.
await new Promise((resolve) => {
  setImmediate(resolve);
});
await backend.close();
console.log(JSON.stringify({ outcome: inWords(outcome), checked }));
