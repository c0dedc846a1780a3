// What a page looks like to axe: wide, narrow and in the dark.
import axe from 'axe-core';
import assert from 'node:assert/strict';

/** Asserts that axe finds nothing below an element of the page. Backstage's own frame is not ours to mend. */
export async function assertAccessible(page, selector) {
  await page.evaluate(axe.source);
  // A colour on its way from one to another is neither.
  const content =
    '* { transition: none !important; animation: none !important }';
  await page.addStyleTag({ content });
  const violations = await page.evaluate(async within => {
    const { violations: found } = await globalThis.axe.run(within, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    });
    return found.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => ({
        html,
        failureSummary,
      })),
    }));
  }, selector);
  assert.deepEqual(violations, [], `violations below ${selector}`);
}

/** Asserts that a page is accessible wide, narrow, and narrow in the dark. `ready` awaits its content. */
export async function assertInEveryLook(page, shoot, name, ready) {
  const look = async suffix => {
    await ready();
    await assertAccessible(page, 'main');
    await shoot(`${name}${suffix}`);
  };
  await look('');
  await page.setViewportSize({ width: 480, height: 900 });
  await look('-narrow');
  await page.evaluate(() => localStorage.setItem('theme', 'dark'));
  await page.reload();
  await look('-dark');
  await page.evaluate(() => localStorage.removeItem('theme'));
  await page.setViewportSize({ width: 1360, height: 900 });
  await page.reload();
}
