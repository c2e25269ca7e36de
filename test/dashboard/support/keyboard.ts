import type { Locator, Page } from 'playwright-core';

const mostStops = 120;

/** Presses Tab until the element has the focus; backwards where it lies behind. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  // Finding it by its role takes longer than a stop.
  let element = await target.elementHandle();
  const isBehind = await element?.evaluate(
    (one) =>
      ((one.ownerDocument.activeElement?.compareDocumentPosition(one) ?? 0) & one.DOCUMENT_POSITION_PRECEDING) !== 0,
  );
  for (let stop = 0; stop < mostStops; stop += 1) {
    // oxlint-disable-next-line no-await-in-loop -- each stop depends on the previous one
    const state = await element?.evaluate((one) =>
      one.matches(':focus') ? 'there' : one.isConnected ? 'away' : 'gone',
    );
    if (state === 'there') return;
    // oxlint-disable-next-line no-await-in-loop -- it has been drawn again
    if (state === 'gone') element = await target.elementHandle();
    // oxlint-disable-next-line no-await-in-loop
    else await page.keyboard.press(isBehind ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`Tab does not lead to ${String(target)}`);
}

/** Goes to a button or link and presses it. */
export async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

/** Goes to a field and replaces its text. */
export async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+a');
  await page.keyboard.type(text);
}

/** Chooses in a select by the first letters of an option. */
export async function choose(page: Page, target: Locator, option: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(option);
}
