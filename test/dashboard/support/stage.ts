import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { runProgram, type OrchestratorOptions } from '../../support/programs.ts';
import { launchBrowser, visit, type Visit } from './browser.ts';
import { install, type Installation } from './installation.ts';
import { signIn } from './sign-in.ts';

/** What the tests of a file share: a browser and an orchestrator; and for each test a visitor who knows nobody. */
export interface Stage {
  readonly browser: Browser;
  readonly page: Page;
  readonly visitor: Visit;
  /** May be replaced by one that continues it; whichever is there at the end is stopped. */
  installation: Installation;
  /** Opens the page for its owner. */
  open(path?: string): Promise<void>;
  /** Goes to another page without loading the document again. */
  goTo(path: string): Promise<void>;
  /** `kici-admin` of its owner. */
  admin(...args: string[]): ReturnType<typeof runProgram>;
}

/** @param prepare what the orchestrator has before the first test */
export function setStage(
  prepare: (installation: Installation) => Promise<unknown>,
  options: () => OrchestratorOptions | Promise<OrchestratorOptions> = () => ({}),
): Stage {
  let browser: Browser | undefined;
  let installation: Installation | undefined;
  let visitor: Visit | undefined;
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new TypeError('it is there only while tests run');
    return thing;
  };
  beforeAll(async () => {
    [browser, installation] = await Promise.all([launchBrowser(), install(await options())]);
    await prepare(installation);
  });
  afterAll(async () => {
    await browser?.close();
    await installation?.[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    visitor = await visit(there(browser));
  });
  afterEach(async () => {
    expect(visitor?.complaints).toEqual([]);
    await visitor?.[Symbol.asyncDispose]();
  });
  return {
    get browser() {
      return there(browser);
    },
    get page() {
      return there(visitor).page;
    },
    get visitor() {
      return there(visitor);
    },
    get installation() {
      return there(installation);
    },
    set installation(next) {
      installation = next;
    },
    open: (path) => signIn(there(visitor).page, there(installation), path),
    goTo: (path) => there(visitor).page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`),
    admin: (...args) => runProgram('kici-admin', args, { environment: there(installation).environment }),
  };
}
