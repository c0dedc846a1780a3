// Describe a model: the form shows findings on each change and writes a catalog-info.yaml.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from './accessibility.mjs';
import { signIn } from './browser.mjs';
import { portalUrl } from './portal.mjs';

const RIGHT = {
  Project: 'acme-ml',
  Location: 'us-central1',
  Endpoint: 'fraud-detector-2',
  Model: 'fraud-detector-2@1',
};

/** Opens the form at its inputs of annotations. */
async function openForm(page) {
  await page.goto(`${portalUrl}/create/templates/default/describe-model`);
  await inputOf(page)('Name').fill('fraud-detector-2');
  await page.getByRole('combobox').first().click();
  await page.getByRole('option').first().click();
  await page.getByRole('button', { name: 'Next' }).click();
  await inputOf(page)('Project').waitFor();
}

/** Finds an input by its label. One that offers values is a combobox. */
const inputOf = page => name =>
  page
    .getByRole('textbox', { name, exact: true })
    .or(page.getByRole('combobox', { name, exact: true }));

test(
  'describes a model, and sees mistakes before a task starts',
  { timeout: 120_000 },
  async t => {
    const { browser, page, shoot, errors } = await signIn();
    t.after(() => browser.close());
    const input = inputOf(page);
    const next = page.getByRole('button', { name: 'Review' });

    await openForm(page);

    // On each change.
    await input('Project').waitFor();
    for (const [name, value] of Object.entries(RIGHT)) {
      await input(name).fill(value);
    }
    await input('Machine type').fill('n1-standart-4');
    const finding = page.getByText(
      /^Error: Vertex AI is not known to serve models on n1-standart-4/,
    );
    await finding.waitFor();
    await shoot('7-describe-wrong');
    await assertAccessible(page, 'form');
    await page.setViewportSize({ width: 480, height: 900 });
    await assertAccessible(page, 'form');
    await shoot('7-describe-narrow');
    await page.setViewportSize({ width: 1360, height: 900 });

    // On submit.
    await next.click();
    await page
      .getByText(/^'Vertex AI' Vertex AI is not known to serve/)
      .waitFor();
    await shoot('8-describe-blocked');

    // By keyboard: the fix is the next tab stop after the input.
    await input('Machine type').focus();
    await page.keyboard.press('Tab');
    const fix = page.getByRole('button', { name: 'Use n1-standard-4' });
    assert.ok(await fix.evaluate(node => node === document.activeElement));
    await page.keyboard.press('Enter');
    await finding.waitFor({ state: 'detached' });
    assert.equal(await input('Machine type').inputValue(), 'n1-standard-4');
    await shoot('9-describe-right');

    await next.click();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(/create\/tasks\//);
    await page.getByText(/at the root of the model.s repository/).waitFor();
    await page
      .getByText(/google.com\/vertex-ai-machine-type: "n1-standard-4"/)
      .waitFor();
    await shoot('10-described');
    assert.deepEqual(errors, []);
  },
);

test(
  'shows the form of a model in the dark, with an environment',
  { timeout: 120_000 },
  async t => {
    const { browser, page, shoot, errors } = await signIn();
    t.after(() => browser.close());
    const input = inputOf(page);
    await page.evaluate(() => localStorage.setItem('theme', 'dark'));
    await openForm(page);
    for (const [name, value] of Object.entries(RIGHT)) {
      await input(name).fill(value);
    }
    await input('New environment').fill('staging');
    await page.getByRole('button', { name: 'Add environment' }).click();
    await input('Endpoint').fill('fraud-staging');
    await input('Accelerator').fill('NVIDIA_L5:1');
    await page.getByText(/^Error: Google is not known to have/).waitFor();
    await assertAccessible(page, 'form');
    await shoot('11-describe-dark');
    await page.setViewportSize({ width: 480, height: 900 });
    await assertAccessible(page, 'form');
    await shoot('11-describe-dark-narrow');
    assert.deepEqual(errors, []);
  },
);
