import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchBrowser, visit } from './support/browser.ts';
import { furnish, install, overfill, type Installation } from './support/installation.ts';
import { crowded, empty, furnished, type Shot } from './support/shots.ts';
import { signIn } from './support/sign-in.ts';

/**
 * Takes pictures of every page in both themes and three widths, into `screenshots/`; arguments select pages by name,
 * and `--width 3840` takes that width alone. Those of the documentation are renewed by `--docs`.
 */
const { values, positionals } = parseArgs({
  options: { width: { type: 'string' }, docs: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const root = join(import.meta.dirname, '../..');
const folder = join(root, 'screenshots');
const widths = values.width === undefined ? [360, 768, 1440] : [Number(values.width)];
const schemes = ['light', 'dark'] as const;
const documented = ['grid', 'explain'];
const wanted = values.docs && positionals.length === 0 ? documented : positionals;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
/** Each kind of installation with what is to be seen in it. */
const sets: readonly (readonly [readonly Shot[], (installation: Installation) => Promise<void>])[] = [
  [furnished, furnish],
  [empty, async () => undefined],
  [crowded, overfill],
];

const browser = await launchBrowser();
try {
  for (const [shots, fill] of sets) {
    const asked = shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    if (asked.length === 0) continue;
    await using installation = await install();
    await fill(installation);
    for (const scheme of schemes) for (const width of widths) await takeAll(asked, installation, scheme, width);
  }
} finally {
  await browser.close();
}
if (values.docs)
  for (const name of documented)
    await copyFile(join(folder, `${name}-1440-light.png`), join(root, 'docs/images', `${name}.png`));
console.log(`pictures are in ${folder}`);

async function takeAll(
  shots: readonly Shot[],
  installation: Installation,
  scheme: (typeof schemes)[number],
  width: number,
): Promise<void> {
  await using visitor = await visit(browser, { width, height: width < 720 ? 740 : 900, scheme });
  const { page } = visitor;
  // Lists of thousands take their time on a busy machine.
  page.setDefaultTimeout(60_000);
  let isSignedIn = false;
  for (const { name, path, text, act } of shots) {
    try {
      if (path !== undefined && !isSignedIn) {
        await signIn(page, installation);
        isSignedIn = true;
      }
      await page.goto(installation.url + (path ?? ''));
      await page.getByText(text).filter({ visible: true }).first().waitFor();
      await act?.(page);
      await page.locator('[aria-label^="Loading"]').first().waitFor({ state: 'detached' });
      // The menus of the bar come last.
      await page.locator('header button:disabled').first().waitFor({ state: 'detached' });
      await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), animations: 'disabled' });
      const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      if (Number(over) > 0) console.log(`${name} at ${width}, ${scheme}: ${String(over)} px wider than the window`);
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name} at ${width}, ${scheme}: ${String(error)}`);
    }
  }
  for (const complaint of visitor.complaints) console.log(`${width} ${scheme}: ${complaint}`);
}
