// One store by itself: deadline, retries and breaker, which the host would add, are left to you.
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { createBackend } from '@kici-dev/secret-federation';
import { parseScopePath } from '@kici-dev/secret-backend';

const { VAULT_ADDRESS, VAULT_TOKEN } = process.env;
const [path = '', ...keys] = process.argv.slice(2);
const scope = parseScopePath(path);
if (!scope.ok) throw new Error(`${path} is no scope: ${scope.reason}`);

const vault = await createBackend(vaultDefinition, {
  name: 'vault',
  settings: { address: VAULT_ADDRESS, mount: 'secret' },
  secrets: { 'auth.token': VAULT_TOKEN },
});
try {
  const deadline = Date.now() + 5_000;
  const refs = keys.map((key) => ({ scope: scope.value, key }));
  const outcomes = await vault.read(refs, { signal: AbortSignal.timeout(5_000), deadline });
  // Three outcomes, and only one of them says that there is no such secret.
  for (const [index, outcome] of outcomes.entries()) {
    const { status } = outcome;
    console.log(
      keys[index],
      status,
      status === 'found' ? outcome.value.byteLength : status === 'unknown' ? outcome.code : '',
    );
  }
} finally {
  await vault.close();
}
