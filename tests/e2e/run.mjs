// End-to-end tests in a browser: deploy a model and see it serve. They need a running portal and emulator.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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

/** Goes from the filled-in form, once it shows what will be deployed, to its review. */
async function review(page) {
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('heading', { name: 'What will be deployed' }).waitFor();
  await page.getByRole('button', { name: 'Review' }).click();
}

/** Submits a form that is reviewed, and waits for the task page. */
async function startTask(page) {
  await page.getByRole('button', { name: 'Create' }).click();
  await page.waitForURL(/create\/tasks\//);
}

test('deploys a model and sees it serve', { timeout: 240_000 }, async t => {
  const portal = await signIn();
  const { page, shoot } = portal;
  t.after(() => portal.browser.close());
  const serving = page.getByRole('article').filter({
    has: page.getByRole('heading', { name: 'Vertex AI', exact: true }),
  });
  // Each step builds on the one before, so the steps after a failure are skipped.
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

  await step('the card shows that nothing is deployed', async () => {
    await page.goto(`${portalUrl}/catalog/default/component/fraud-detector`);
    await page.getByText('Not deployed yet').waitFor();
    await shoot('1-absent');
  });

  await step(
    'the card opens the template with the entity filled in',
    async () => {
      await page.getByRole('link', { name: 'Deploy model' }).click();
      await page
        .locator('input[value="component:default/fraud-detector"]')
        .waitFor();
      await shoot('2-form');
    },
  );

  await step('the review shows what will be deployed', async () => {
    await review(page);
    const summary = page.getByText(
      'fraud-detector@3 to fraud-detector in us-central1, on g2-standard-4, with 1 × NVIDIA_L4, 1 to 3 replicas, all traffic',
    );
    await summary.waitFor();
    await page.setViewportSize({ width: 480, height: 900 });
    await shoot('2-review-narrow');
    // The column of the titles leaves room for the values.
    assert.ok((await summary.boundingBox()).width > 120);
    await page.setViewportSize({ width: 1360, height: 900 });
    await startTask(page);
  });

  await step('the task log shows Google’s stages', async () => {
    await page
      .getByText('Open the entity')
      .first()
      .waitFor({ timeout: 60_000 });
    await shoot('3-task');
    const task = page.url().split('/').pop();
    logs.push(await taskLog(task));
    for (const stage of ['STARTING_DEPLOYMENT', 'SUCCESSFULLY_DEPLOYED']) {
      assert.ok(logs[0].includes(stage), `the log contains ${stage}`);
    }
    // The portal looks every few seconds, and the emulator's stages are short.
    const between = new Set(logs[0].match(/\[[2-7]\/8\] [A-Z_]+/g));
    assert.ok(between.size > 0, 'the log contains stages in between');
  });

  await step('the card shows that the model serves', async () => {
    await page.getByText('Open the entity').first().click();
    await page.getByText('Serving version 3').waitFor();
    const table = page.getByRole('table', { name: 'Deployed models' });
    await table.waitFor();
    const cells = table.getByRole('row').nth(1).getByRole('cell');
    const [version, traffic, replicas] = await cells.allInnerTexts();
    assert.deepEqual([version, traffic, replicas], ['3', '100 %', '1 of 1–3']);
    await serving.getByText(/^Updated/).waitFor();
    await shoot('4-serving');
    // Copied to docs/card.png by hand when the cards change.
    await page.getByText('You can deploy here').waitFor();
    const [top, bottom] = await page
      .getByRole('article')
      .filter({ hasText: /^Vertex AI/ })
      .evaluateAll(cards =>
        cards.slice(0, 2).map(card => card.getBoundingClientRect().toJSON()),
      );
    const clip = {
      x: top.x - 16,
      y: top.y - 16,
      width: top.width + 32,
      height: bottom.bottom - top.top + 32,
    };
    await page.screenshot({
      path: join(artifacts, 'card.png'),
      fullPage: true,
      clip,
    });
  });

  await step('a prediction through the proxy succeeds', async () => {
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
    'Google was called as the user, with a reason that names the audit record',
    async () => {
      const { calls } = await emulator('state');
      const deploy = calls.find(call => call.path.endsWith(':deployModel'));
      assert.match(deploy.principal, /subject\/user:default\/guest$/);
      assert.match(deploy.reason, /audit=[0-9a-f-]{36}/);
      assert.match(deploy.reason, /deployment [0-9a-f-]{36}/);
      const rows = readRows(process.env.DATABASE);
      const [, id] = deploy.reason.match(/audit=([0-9a-f-]{36})/);
      assert.ok(rows.includes(id), 'the audit record is in the database');
    },
  );

  await step(
    'a second deployment finds the first and changes nothing',
    async () => {
      const before = (await emulator('state')).calls.length;
      await page.getByRole('link', { name: 'Deploy model' }).click();
      await page
        .locator('input[value="component:default/fraud-detector"]')
        .waitFor();
      await review(page);
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
    'an entity with wrong annotations shows each finding',
    async () => {
      await page.goto(`${portalUrl}/catalog/default/component/churn-detector`);
      // The catalog module and the access card show the same findings.
      await serving.getByText(/is not known to serve models on/).waitFor();
      await serving.getByText(/did you mean n1-standard-4/).waitFor();
      await serving.getByText(/the endpoint is in europe-west4/).waitFor();
      await shoot('5-invalid');
    },
  );

  await step('an entity without annotations has no card', async () => {
    await page.goto(`${portalUrl}/catalog/default/component/website`);
    await page.getByText('The public website').first().waitFor();
    assert.equal(await page.getByText('Vertex AI', { exact: true }).count(), 0);
  });

  await step(
    'the card keeps the last report, marked as out of date, when Google fails',
    async () => {
      await page.goto(`${portalUrl}/catalog/default/component/fraud-detector`);
      await page.getByText('Serving version 3').waitFor();
      // The access card has loaded, so the faults hit the status card only.
      await page.getByText('You can deploy here').waitFor();
      await emulator('faults', {
        pathContains: '/endpoints/fraud-detector',
        times: 50,
        fault: { kind: 'status', status: 503 },
      });
      // A read of the last two seconds is shared, and hides the faults.
      let answer;
      do {
        [answer] = await Promise.all([
          page.waitForResponse(response =>
            response.url().includes('/endpoints/fraud-detector'),
          ),
          serving.getByText('Refresh', { exact: true }).click(),
        ]);
      } while (answer.ok());
      await serving.getByText('Out of date.').waitFor({ timeout: 30_000 });
      await page.getByText('Serving version 3').waitFor();
      await shoot('6-out-of-date');
      await fetch(`${emulatorUrl}/emulator/faults`, {
        method: 'DELETE',
      });
      await serving.getByRole('button', { name: 'Try again' }).click();
      await serving
        .getByText('Out of date.')
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
});

// After all others: it removes what the steps above have deployed, and deploys it again.
await import('./tab.mjs');
