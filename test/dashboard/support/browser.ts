import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Lane } from '../../support/lane.ts';

const program = process.env['KICI_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export const browserLane: Lane = {
  name: 'browser',
  missing: existsSync(program) ? undefined : `there is no ${program}; \`.ci/setup\` installs Debian's chromium`,
};

/** Debian's Chromium with a fresh profile, which contacts only the pages that it is sent to. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--force-prefers-reduced-motion',
    ],
  });
}

export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page wrote to its console, and uncaught errors. */
  readonly complaints: string[];
}

/** A separate visitor: nothing is shared with others. */
export async function visit(
  browser: Browser,
  options: { readonly width?: number; readonly height?: number; readonly scheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.scheme ?? 'light',
    reducedMotion: 'reduce',
  });
  // Only a hang takes this long.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself logs each error answer; some tests are about those.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { context, page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
