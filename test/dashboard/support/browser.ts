import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Lane } from '../../support/lane.ts';

const program = process.env['KICI_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

export const browserLane: Lane = {
  name: 'browser',
  missing: existsSync(program) ? undefined : `there is no ${program}; \`.ci/setup\` installs Debian's chromium`,
};

/** Debian's Chromium with a fresh profile, which talks to nobody but the pages that it is sent to. */
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
  /** What the page has written to its console, and errors that nobody has caught. */
  readonly complaints: string[];
}

/** A visitor of their own: nothing is shared with others. */
export async function visit(
  browser: Browser,
  options: { readonly width?: number; readonly height?: number; readonly scheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.scheme ?? 'light',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    // The browser itself writes down each answer that is an error; those are what some tests are about.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { context, page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
