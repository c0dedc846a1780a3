// What a person does: deploy a model from the portal and see it serve. Needs a portal and an emulator that run.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { artifacts, signIn } from './browser.mjs';
import {
  emulator,
  emulatorUrl,
  portalUrl,
  proxied,
  taskLog,
} from './portal.mjs';
import { findSecrets, readRows, readTree } from './secrets.mjs';
import './describe.mjs';
import './access.mjs';
import './secrets.test.mjs';

mkdirSync(artifacts, { recursive: true });
const ENDPOINT =
  'aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector';

/** From the filled form to the running task. */
async function startTask(page) {
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/create\/tasks\//);
}

test(
  'a person deploys a model and sees it serve',
  { timeout: 240_000 },
  async t => {
    const portal = await signIn();
    const { page, shoot } = portal;
    t.after(() => portal.browser.close());
    const serving = page.getByRole('article').filter({
      has: page.getByRole('heading', { name: 'Vertex AI', exact: true }),
    });
    // Each step stands on the one before: after a failure there is nothing to see.
    let broken = false;
    const logs = [];
    const step = (name, work) =>
      t.test(name, { skip: broken && 'an earlier step failed' }, async () => {
        broken = true;
        try {
          await work();
          broken = false;
        } finally {
          if (broken) await shoot('failed');
        }
      });

    await step('before, the card says that nothing is deployed', async () => {
      await page.goto(`${portalUrl}/catalog/default/component/fraud-detector`);
      await page.getByText('Not deployed yet').waitFor();
      await shoot('1-absent');
    });

    await step(
      'the template takes the entity from the card and starts',
      async () => {
        await page.getByRole('link', { name: 'Deploy model' }).click();
        await page
          .locator('input[value="component:default/fraud-detector"]')
          .waitFor();
        await shoot('2-form');
        await startTask(page);
      },
    );

    await step('the task log passes through Google’s stages', async () => {
      await page
        .getByText('Open the entity')
        .first()
        .waitFor({ timeout: 60_000 });
      await shoot('3-task');
      const task = page.url().split('/').pop();
      logs.push(await taskLog(task));
      for (const stage of [
        'STARTING_DEPLOYMENT',
        'CREATING_SERVING_CLUSTER',
        'STARTING_MODEL_SERVER',
        'SUCCESSFULLY_DEPLOYED',
      ]) {
        assert.ok(logs[0].includes(stage), `the log tells ${stage}`);
      }
    });

    await step('the card says that the model serves', async () => {
      await page.getByText('Open the entity').first().click();
      await page.getByText('Serving version 3').waitFor();
      const table = page.getByRole('table', { name: 'Deployed models' });
      await table.waitFor();
      const cells = table.getByRole('row').nth(1).getByRole('cell');
      const [version, traffic, replicas] = await cells.allInnerTexts();
      assert.deepEqual(
        [version, traffic, replicas],
        ['3', '100 %', '1 of 1–3'],
      );
      await serving.getByText(/As of/).waitFor();
      await shoot('4-serving');
    });

    await step('a prediction through the proxy answers', async () => {
      const response = await proxied(`${ENDPOINT}:predict`, {
        method: 'POST',
        body: JSON.stringify({ instances: [{ amount: 12 }] }),
      });
      assert.equal(response.status, 200);
      const { predictions, modelVersionId } = await response.json();
      assert.deepEqual(predictions, [{ echo: { amount: 12 } }]);
      assert.equal(modelVersionId, '3');
    });

    await step(
      'Google was called as the person, with a reason that leads to the audit record',
      async () => {
        const { calls } = await emulator('state');
        const deploy = calls.find(call => call.path.endsWith(':deployModel'));
        assert.match(deploy.principal, /subject\/user:default\/guest$/);
        assert.match(deploy.reason, /audit=[0-9a-f-]{36}/);
        assert.match(deploy.reason, /scaffolder task/);
        const rows = readRows(process.env.DATABASE);
        const [, id] = deploy.reason.match(/audit=([0-9a-f-]{36})/);
        assert.ok(rows.includes(id), 'the audit record is in the database');
      },
    );

    await step(
      'deploying again finds the deployment instead of making a second',
      async () => {
        const before = (await emulator('state')).calls.length;
        await page.getByRole('link', { name: 'Deploy model' }).click();
        await page
          .locator('input[value="component:default/fraud-detector"]')
          .waitFor();
        await startTask(page);
        await page
          .getByText('Open the entity')
          .first()
          .waitFor({ timeout: 60_000 });
        const { calls, endpoints } = await emulator('state');
        assert.equal(endpoints[0].deployedModels.length, 1);
        assert.ok(
          !calls.slice(before).some(call => call.path.endsWith(':deployModel')),
        );
      },
    );

    await step(
      'an entity that is wrong on purpose is told so, in words',
      async () => {
        await page.goto(
          `${portalUrl}/catalog/default/component/churn-detector`,
        );
        // The catalog module tells the same above the cards, and so does the other card.
        await serving.getByText(/serves no models on machine type/).waitFor();
        await serving.getByText(/did you mean `n1-standard-4`/).waitFor();
        await serving.getByText(/the endpoint is in `europe-west4`/).waitFor();
        await shoot('5-invalid');
      },
    );

    await step('an entity without annotations has no card', async () => {
      await page.goto(`${portalUrl}/catalog/default/component/website`);
      await page.getByText('What customers see').first().waitFor();
      assert.equal(
        await page.getByText('Vertex AI', { exact: true }).count(),
        0,
      );
    });

    await step(
      'the card keeps what it knew, and says that it is stale, when Google stops answering',
      async () => {
        await page.goto(
          `${portalUrl}/catalog/default/component/fraud-detector`,
        );
        await page.getByText('Serving version 3').waitFor();
        // The other card has asked all that it asks.
        await page.getByText('You can deploy here').waitFor();
        await emulator('faults', {
          pathContains: '/endpoints/fraud-detector',
          times: 50,
          fault: { kind: 'status', status: 503 },
        });
        await serving.getByText('Refresh', { exact: true }).click();
        await serving.getByText('Stale.').waitFor({ timeout: 30_000 });
        await page.getByText('Serving version 3').waitFor();
        await shoot('6-stale');
        await fetch(`${emulatorUrl}/emulator/faults`, {
          method: 'DELETE',
        });
        await serving.getByRole('button', { name: 'Try again' }).click();
        await serving
          .getByText('Stale.')
          .waitFor({ state: 'detached', timeout: 30_000 });
      },
    );

    await step(
      'no secret is in a log, a response, a database row or the browser',
      async () => {
        const places = {
          responses: await portal.responses(),
          storage: await portal.storage(),
          'task logs': logs.join('\n'),
          rows: readRows(process.env.DATABASE),
          logs: readTree(`${artifacts}/logs`),
        };
        assert.ok(
          places.responses.length > 1000 &&
            places.rows.length > 1000 &&
            places.logs.length > 1000,
        );
        for (const [place, text] of Object.entries(places)) {
          assert.deepEqual(findSecrets(text), [], `secrets in ${place}`);
        }
        assert.deepEqual(portal.errors, []);
      },
    );
  },
);
