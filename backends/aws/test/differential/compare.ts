import { FakeAws } from '../fake/fake-aws.ts';
import { otherClient, rawClient } from '../support/client.ts';
import { accountSteps } from './account-steps.ts';
import { expectExplained } from './explained.ts';
import { normalForm } from './normal-form.ts';
import { steps } from './steps.ts';

const allSteps = { ...steps, ...accountSteps };

/** What each step answered, or the name of its error. */
async function transcript(endpoint: string): Promise<Map<string, string>> {
  const [client, owner] = [rawClient(endpoint), otherClient(endpoint)];
  const known = { arn: '', token: '' };
  const answers = new Map<string, string>();
  for (const [name, step] of Object.entries(allSteps)) {
    const answer = await step(client, known, owner).then(
      (value) => normalForm(value),
      (error: unknown) => (error instanceof Error ? `error ${error.name}` : 'error'),
    );
    answers.set(name, JSON.stringify(answer));
  }
  client.destroy();
  owner.destroy();
  return answers;
}

/**
 * Runs the same requests against the fake and the server.
 * @param explained steps whose answers must differ, each with the reason; all others must agree
 */
export async function expectAlike(endpoint: string, explained: Readonly<Record<string, string>>): Promise<void> {
  const fake = await FakeAws.start();
  const [ours, theirs] = [await transcript(fake.endpoint), await transcript(endpoint)];
  await fake.stop();
  expectExplained(ours, theirs, explained);
}
