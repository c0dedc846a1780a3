// What a user sees of the packages in an app: a deployment runs, cards and tab show it, the form field checks annotations.
//
// Needs a portal and an emulator that run (PORTAL_URL, EMULATOR_URL), CHROMIUM and ARTIFACTS.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { launch } from '../chromium.mjs';
import { emulator, guestToken, portalUrl } from '../e2e/portal.mjs';

const { ARTIFACTS } = process.env;
const ENTITY = 'component:default/fraud-detector';
/** Google's hour of a deployment takes seconds. */
const SPEED = 50;

mkdirSync(ARTIFACTS, { recursive: true });

async function tasks(path, init) {
  const response = await fetch(`${portalUrl}/api/scaffolder/v2/tasks${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${await guestToken()}`,
      'content-type': 'application/json',
    },
  });
  assert.ok(response.ok, `${path}: HTTP ${response.status}`);
  return response.json();
}

test('a task deploys the model', { timeout: 120_000 }, async () => {
  await emulator('clock', { speed: SPEED });
  const { id } = await tasks('', {
    method: 'POST',
    body: JSON.stringify({
      templateRef: 'template:default/deploy-model',
      values: { entity: ENTITY },
    }),
  });
  let task;
  do {
    await setTimeout(500);
    task = await tasks(`/${id}`);
  } while (['open', 'processing'].includes(task.status));
  assert.equal(
    task.status,
    'completed',
    JSON.stringify(await tasks(`/${id}/events`), null, 2),
  );
});

test(
  'the pages show cards, tab and form field',
  { timeout: 180_000 },
  async t => {
    const browser = await launch();
    t.after(() => browser.close());
    const page = await browser.newPage({
      viewport: { width: 1360, height: 900 },
    });
    page.setDefaultTimeout(60_000);
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    try {
      // The sign-in page remembers the provider: every further page loads signed in.
      await page.goto(`${portalUrl}/catalog/default/component/fraud-detector`);
      await page.getByRole('button', { name: 'Enter' }).click();
      await page.getByText('Serving version 3').waitFor();
      await page.getByText('You can deploy here').waitFor();
      await page.screenshot({
        path: join(ARTIFACTS, 'cards.png'),
        fullPage: true,
      });

      // The legacy frontend system has a tab, the new one a link.
      await page
        .getByRole('tab', { name: 'Vertex AI' })
        .or(page.getByRole('link', { name: 'Vertex AI', exact: true }))
        .click();
      const history = page.getByRole('table', {
        name: 'Deployments, newest first',
      });
      await history.getByText('Succeeded').waitFor();
      await history.getByRole('link').first().click();
      await page.getByRole('region', { name: 'Plan' }).waitFor();
      await page.screenshot({
        path: join(ARTIFACTS, 'deployment.png'),
        fullPage: true,
      });

      await page.goto(`${portalUrl}/create/templates/default/describe-model`);
      const input = name => page.getByRole('textbox', { name, exact: true });
      await input('Name').fill('fraud-detector-2');
      await page.getByRole('combobox').first().click();
      await page.getByRole('option').first().click();
      await page.getByRole('button', { name: 'Next' }).click();
      await input('Machine type').fill('n1-standart-4');
      await page
        .getByText(/is not known to serve models on/)
        .first()
        .waitFor();
      await page.screenshot({
        path: join(ARTIFACTS, 'field.png'),
        fullPage: true,
      });
    } catch (error) {
      await page.screenshot({
        path: join(ARTIFACTS, 'failed.png'),
        fullPage: true,
      });
      throw error;
    }
    assert.deepEqual(errors, []);
  },
);
