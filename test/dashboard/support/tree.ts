import type { CDPSession, Page } from 'playwright-core';

type AxNode = Awaited<ReturnType<typeof nodesOf>>[number];

/** What assistive technology is told of the page. */
async function nodesOf(session: CDPSession) {
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return nodes.filter(({ ignored }) => !ignored);
}

const controls =
  /^(button|checkbox|combobox|gridcell|link|menuitem|option|searchbox|spinbutton|textbox|dialog|alertdialog|listbox|grid|navigation|complementary)$/;

/** What a page lacks for those who do not see it, in words. */
export async function lacks(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const nodes = await nodesOf(session);
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const roleOf = ({ role }: AxNode): string => String(role?.value ?? '');
  const nameOf = ({ name }: AxNode): string => String(name?.value ?? '').trim();
  const within = (node: AxNode): AxNode[] =>
    (node.childIds ?? []).flatMap((id) => {
      const child = byId.get(id);
      return child === undefined ? [] : [child, ...within(child)];
    });
  const ofRole = (role: string): AxNode[] => nodes.filter((node) => roleOf(node) === role);
  const level = (node: AxNode): unknown => node.properties?.find(({ name }) => name === 'level')?.value.value;
  const isModal = ofRole('dialog').length > 0;
  const once = (role: string, found: readonly AxNode[]): string[] =>
    found.length === 1 || isModal ? [] : [`${found.length} × ${role}: ${found.map(nameOf).join(', ')}`];
  const headers = (table: AxNode): number => within(table).filter((node) => roleOf(node) === 'columnheader').length;
  return [
    ...nodes
      .filter((node) => controls.test(roleOf(node)) && nameOf(node) === '')
      .map((node) => `no name: ${roleOf(node)}`),
    ...once(
      'h1',
      ofRole('heading').filter((node) => level(node) === 1),
    ),
    ...once('main', ofRole('main')),
    ...[...ofRole('table'), ...ofRole('grid')]
      .filter((table) => headers(table) === 0)
      .map(() => 'a table has no headers'),
    ...((await page.title()) === '' ? ['no title'] : []),
    ...(await nestedRegions(page)),
  ];
}

const regions = '[role=status], [role=alert], [aria-live]';

/** A change in a live region within another would be announced twice. */
async function nestedRegions(page: Page): Promise<string[]> {
  return page
    .locator(`:is(${regions}) :is(${regions})`)
    .evaluateAll((all) => all.map((one) => `a live region in another: ${one.textContent}`));
}

/** In how many live regions a text is. */
export async function timesAnnounced(page: Page, text: string): Promise<number> {
  return page.locator(regions).filter({ hasText: text }).count();
}
