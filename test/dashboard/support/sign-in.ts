import type { Page } from 'playwright-core';
import type { Installation } from './installation.ts';

/** Opens the page, already signed in with a token. */
export async function signIn(
  page: Page,
  { url, token }: Pick<Installation, 'url' | 'token'>,
  path = '',
): Promise<void> {
  const answer = await page.request.post(`${url}/dashboard/session`, { data: { token } });
  if (!answer.ok()) throw new Error(`signing in failed: ${await answer.text()}`);
  await page.goto(`${url}${path}`);
  await page.getByRole('navigation', { name: 'Sections' }).waitFor();
}
