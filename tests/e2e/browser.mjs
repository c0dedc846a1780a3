// The portal as a person uses it: one browser, and everything that came over the wire, for later searches.
import { chromium } from 'playwright-core';
import { join } from 'node:path';
import { portalUrl } from './portal.mjs';

const { ARTIFACTS, CHROMIUM } = process.env;

export const artifacts = ARTIFACTS ?? 'target/e2e';

/** Opens a browser and signs in. A browser that is left open would keep Node from ending. */
export async function signIn() {
  const browser = await launch();
  try {
    return await enter(browser);
  } catch (error) {
    await browser.close();
    throw error;
  }
}

const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

async function enter(browser) {
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
          // The page went on before the body was there.
          () => '',
        ),
      );
    }
  });
  page.on('pageerror', error => errors.push(String(error)));
  await page.goto(portalUrl);
  await page.getByRole('button', { name: 'Enter' }).click();
  await page.waitForURL(url => !url.pathname.includes('sign-in'));
  await page.getByRole('link', { name: 'Create' }).first().waitFor();
  return {
    browser,
    page,
    errors,
    shoot: name =>
      page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true }),
    responses: async () => (await Promise.all(bodies)).join('\n'),
    /** What the browser keeps: local and session storage, cookies, IndexedDB names. */
    storage: async () =>
      JSON.stringify([
        await page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]),
        await page.context().cookies(),
      ]),
  };
}
