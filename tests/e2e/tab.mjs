// The tab *Vertex AI*: a user scales, undeploys and rolls back by its buttons. It needs a fraud detector that serves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertInEveryLook } from './accessibility.mjs';
import { signIn } from './browser.mjs';
import { emulator, emulatorUrl, portalUrl } from './portal.mjs';
import { findSecrets } from './secrets.mjs';

const TAB = `${portalUrl}/catalog/default/component/fraud-detector/vertex-ai`;

const deployed = async () => {
  const { endpoints } = await emulator('state');
  return endpoints.find(({ name }) => name.endsWith('/fraud-detector'))
    .deployedModels;
};

/** Waits for the end of the deployment whose page is shown. */
const succeeded = page =>
  page.getByRole('status').getByText('Succeeded').waitFor({ timeout: 60_000 });

/** The texts of the newest row of the history. */
async function newest(page) {
  await page.getByRole('link', { name: 'All deployments' }).click();
  const row = page
    .getByRole('table', { name: 'Deployments, newest first' })
    .getByRole('row')
    .nth(1);
  await row.getByText('Succeeded').waitFor();
  return row.innerText();
}

test('changes a deployed model by the tab', { timeout: 180_000 }, async t => {
  const { browser, page, shoot, errors, responses } = await signIn();
  t.after(() => browser.close());
  await page.goto(TAB);
  await page.getByText('Serving version 3').waitFor();

  await t.test('the tab is accessible, wide, narrow and dark', () =>
    assertInEveryLook(page, shoot, '21-tab', () =>
      page.getByRole('button', { name: /^Undeploy/ }).waitFor(),
    ),
  );

  await t.test('a deployment is checked before it starts', async () => {
    await page.getByRole('button', { name: 'Check deployment' }).click();
    const checks = page.getByRole('region', {
      name: 'Checks before a deployment',
    });
    await checks.getByText(/^\d+ ok, 0 no, 0 unknown$/).waitFor();
    // What Google refuses is unknown, and says so.
    await emulator('faults', {
      pathContains: '/policies/',
      times: 100,
      fault: { kind: 'status', status: 403 },
    });
    await page.getByRole('button', { name: 'Check again' }).click();
    await checks.getByText(/ ok, 0 no, 2 unknown$/).waitFor();
    await assertInEveryLook(page, shoot, '22-preflight', async () => {
      const again = page.getByRole('button', { name: /^Check / });
      await again.click();
      await checks.getByText(/ ok, 0 no, 2 unknown$/).waitFor();
    });
    await fetch(`${emulatorUrl}/emulator/faults`, { method: 'DELETE' });
  });

  await t.test('a dialog opens, closes and returns the focus', async () => {
    const button = page.getByRole('button', { name: /^Scale/ });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    const min = dialog.getByLabel('Minimum number of replicas');
    await min.and(page.locator(':focus')).waitFor();
    await assertAccessible(page, '[role=dialog]');
    await shoot('24-scale');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button.and(page.locator(':focus')).waitFor();
  });

  await t.test('a model is scaled, and the history shows it', async () => {
    await page.getByRole('button', { name: /^Scale/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Maximum number of replicas').fill('4');
    await dialog.getByRole('button', { name: 'Scale' }).click();
    await page.waitForURL(/vertex-ai\/deployments\/[0-9a-f-]{36}/);
    await succeeded(page);
    await assertInEveryLook(page, shoot, '25-deployment', async () => {
      await page.getByRole('region', { name: 'Plan' }).waitFor();
      await page
        .getByRole('region', { name: 'Audit' })
        .getByText('endpoints.mutateDeployedModel')
        .waitFor();
    });
    const [model] = await deployed();
    assert.equal(model.dedicatedResources.maxReplicaCount, 4);
    assert.match(await newest(page), /^Replicas of fraud-detector/);
  });

  await t.test('a notification tells the end', async () => {
    await page.goto(`${portalUrl}/notifications`);
    await page
      .getByText('Change of the replicas of fraud-detector succeeded')
      .first()
      .waitFor();
    await shoot('26-notifications');
  });

  await t.test('a model is undeployed', async () => {
    await page.goto(TAB);
    await page.getByRole('button', { name: /^Undeploy/ }).click();
    const dialog = page.getByRole('dialog');
    await assertAccessible(page, '[role=dialog]');
    await shoot('27-undeploy');
    await dialog.getByRole('button', { name: 'Undeploy' }).click();
    await page.waitForURL(/vertex-ai\/deployments\/[0-9a-f-]{36}/);
    await succeeded(page);
    assert.deepEqual(await deployed(), []);
    assert.match(await newest(page), /^Undeployment of fraud-detector/);
    await shoot('28-history');
  });

  let failed;
  await t.test(
    'a failure shows the cause that the container wrote',
    async () => {
      const fault = { kind: 'cause', cause: 'oom', variant: 'a' };
      await emulator('faults', { fault });
      await page
        .getByRole('button', { name: /^Roll back/ })
        .first()
        .click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: 'Roll back' })
        .click();
      await page.waitForURL(/vertex-ai\/deployments\/[0-9a-f-]{36}/);
      failed = page.url();
      await page
        .getByRole('status')
        .getByText('Failed')
        .waitFor({ timeout: 60_000 });
      await page.getByText(/container\/gpu-memory/).waitFor();
      await assertInEveryLook(page, shoot, '31-container-log', async () => {
        const log = page.getByRole('region', { name: 'Container log' });
        const line = log.getByText(/CUDA out of memory/);
        await log.waitFor();
        // The section stays open between two looks.
        if (!(await line.isVisible())) {
          await log.getByText('Show the last lines').click();
        }
        await line.waitFor();
      });
      await page.getByRole('link', { name: 'All deployments' }).click();
    },
  );

  await t.test('what served before is restored', async () => {
    await page
      .getByRole('button', { name: /^Roll back/ })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    await assertAccessible(page, '[role=dialog]');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await page.waitForURL(/vertex-ai\/deployments\/[0-9a-f-]{36}/);
    await succeeded(page);
    assert.match(await newest(page), /^Rollback to fraud-detector@3/);
    await page.getByText('Serving version 3').waitFor();
    assert.equal((await deployed()).length, 1);
  });

  await t.test('a second claim is an error on both entities', async () => {
    const claims = {
      'churn-detector': 'Churn detector copy',
      'churn-detector-copy': 'Churn detector',
    };
    for (const [name, rival] of Object.entries(claims)) {
      await page.goto(`${portalUrl}/catalog/default/component/${name}`);
      const error = page.getByText(/^Error: more than one entity claims/);
      await error.waitFor();
      await page.goto(
        `${portalUrl}/catalog/default/component/${name}/vertex-ai`,
      );
      await error.waitFor();
      await page.getByRole('link', { name: rival, exact: true }).waitFor();
      await assertAccessible(page, 'main');
    }
    await shoot('30-second-claim');
  });

  await t.test('a user without the permission is told so', async nested => {
    const analyst = await signIn('Analyst');
    nested.after(() => analyst.browser.close());
    await analyst.page.goto(TAB);
    await analyst.page
      .getByText(/you need the permission vertex-ai.deployment.start/)
      .waitFor();
    assert.equal(
      await analyst.page.getByRole('button', { name: /^Undeploy/ }).count(),
      0,
    );
    await assertAccessible(analyst.page, 'main');
    await analyst.shoot('29-analyst');
    await analyst.page.goto(failed);
    await analyst.page
      .getByText(/You need the permission vertex-ai.logs on this entity/)
      .waitFor();
  });

  assert.deepEqual(findSecrets(await responses()), []);
  assert.deepEqual(errors, []);
});
