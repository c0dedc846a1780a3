// The portal as a person uses it: one browser, and everything that came over the wire, for later searches.
import { chromium } from 'playwright-core';
import { join } from 'node:path';

const { PORTAL_URL, EMULATOR_URL, ARTIFACTS, CHROMIUM } = process.env;

export const portalUrl = PORTAL_URL ?? 'http://localhost:7007';
export const emulatorUrl = EMULATOR_URL ?? 'http://127.0.0.1:8085';
export const artifacts = ARTIFACTS ?? 'target/e2e';

/** Opens a browser and signs in. */
export async function signIn() {
  const browser = await chromium.launch({
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

/** A Backstage token of the guest, as a program gets one. */
export async function guestToken() {
  const response = await fetch(`${portalUrl}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  return (await response.json()).backstageIdentity.token;
}

/** What a scaffolder task logged, as the portal hands it out. */
export async function taskLog(task) {
  const response = await fetch(
    `${portalUrl}/api/scaffolder/v2/tasks/${task}/events`,
    { headers: { authorization: `Bearer ${await guestToken()}` } },
  );
  return response.text();
}

/** Calls Google through the portal's proxy. */
export async function proxied(path, init = {}, token = undefined) {
  return fetch(`${portalUrl}/api/proxy/vertex-ai/${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${token ?? (await guestToken())}`,
      'content-type': 'application/json',
      ...init.headers,
    },
  });
}

/** Looks into the emulator, or orders something from it. */
export async function emulator(path, body) {
  const response = await fetch(`${emulatorUrl}/emulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
