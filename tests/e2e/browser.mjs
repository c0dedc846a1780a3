// The portal in a browser, with everything that came over the wire kept for later searches.
import { join } from 'node:path';
import { launch } from '../chromium.mjs';
import { portalUrl } from './portal.mjs';

export const artifacts = process.env.ARTIFACTS ?? 'target/e2e';

/** Opens a browser and signs in as a user of the demo's list. An open browser keeps Node from exiting. */
export async function signIn(user = 'Guest') {
  const browser = await launch();
  try {
    return await enter(browser, user);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

async function enter(browser, user) {
  const page = await browser.newPage({
    viewport: { width: 1360, height: 900 },
  });
  const bodies = [];
  const errors = [];
  page.on('response', response => {
    const type = response.headers()['content-type'] ?? '';
    if (
      /json|text|event-stream/.test(type) &&
      !/javascript|css|html/.test(type)
    ) {
      bodies.push(
        response.text().then(
          text => `${response.url()}\n${text}`,
          // The page navigated before the body arrived.
          () => '',
        ),
      );
    }
  });
  page.on('pageerror', error => errors.push(String(error)));
  await page.goto(portalUrl);
  await page.getByRole('button', { name: `Sign in as ${user}` }).click();
  // The first page of the portal is the catalog, not an error page.
  await page.waitForURL(url => url.pathname === '/catalog');
  await page.getByRole('link', { name: 'Fraud detector' }).first().waitFor();
  return {
    browser,
    page,
    errors,
    shoot: name =>
      page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true }),
    responses: async () => (await Promise.all(bodies)).join('\n'),
    /** Local and session storage, and cookies. */
    storage: async () =>
      JSON.stringify([
        await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]),
        await page.context().cookies(),
      ]),
  };
}
