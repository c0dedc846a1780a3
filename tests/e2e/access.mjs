// What a person does who lacks rights: sees what is missing, asks for it, somebody else approves, and the rights are there.
import { iamPlan } from '@backstage-vertex-ai/core/server';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { signIn } from './browser.mjs';
import { emulatorUrl, guestToken, portalUrl } from './portal.mjs';
import { findSecrets } from './secrets.mjs';

const PROJECT = 'projects/acme-ml';
const APPROVER = 'user:approver@acme.example';

/** Calls the emulated Google directly, as one of its people. */
async function google(as, path, body) {
  const response = await fetch(`${emulatorUrl}/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer test-${as}`,
      'content-type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${text}`);
  return JSON.parse(text);
}

const TEAM =
  'principalSet://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/group/group:default/ml-team';

/** Gives the person's team another role of the project's policy in place of one. */
async function replaceRole(from, to) {
  const asked = { options: { requestedPolicyVersion: 3 } };
  const policy = await google('owner', `v3/${PROJECT}:getIamPolicy`, asked);
  for (const binding of policy.bindings) {
    if (binding.role === from && binding.members.includes(TEAM)) {
      binding.members = binding.members.filter(member => member !== TEAM);
    }
  }
  policy.bindings.push({ role: to, members: [TEAM] });
  policy.version = 3;
  await google('owner', `v3/${PROJECT}:setIamPolicy`, { policy });
}

/** What a platform engineer does once: the role, and the entitlement to it for this person, from the files of a request. */
async function makeEntitlement(principal, entity) {
  const { renderings, diagnostics } = iamPlan({
    source: { entity },
    principal,
    found: { model: true, endpoint: false },
    expiresAt: new Date(Date.now() + 7 * 86_400_000).toISOString(),
    delivery: 'pam',
    approvers: [APPROVER],
  });
  assert.ok(renderings['pam-entitlement.json'], JSON.stringify(diagnostics));
  const { parent, entitlementId, entitlement } = JSON.parse(
    renderings['pam-entitlement.json'],
  );
  const [{ role }] = entitlement.privilegedAccess.gcpIamAccess.roleBindings;
  const roleId = role.split('/').at(-1);
  const file = JSON.parse(renderings[`roles/${roleId}.json`]);
  await google('owner', `v1/${PROJECT}/roles`, file);
  const operation = await google(
    'owner',
    `v1/${parent}/entitlements?entitlementId=${entitlementId}`,
    entitlement,
  );
  await google('owner', `v1/${operation.name}`);
  return `${parent}/entitlements/${entitlementId}`;
}

/** Privileged Access Manager has nothing to wait by: it is asked again and again. */
async function until(isSo) {
  while (!(await isSo())) await setTimeout(100);
}

/** The entity as the catalog hands it out. */
async function entityOf() {
  const response = await fetch(
    `${portalUrl}/api/catalog/entities/by-name/component/default/fraud-detector`,
    { headers: { authorization: `Bearer ${await guestToken()}` } },
  );
  return response.json();
}

test(
  'a person who lacks rights sees which, asks for them, and has them when somebody else has approved',
  { timeout: 180_000 },
  async t => {
    const { browser, page, shoot, errors, responses } = await signIn();
    t.after(() => browser.close());
    const viewer = `${PROJECT}/roles/vertexViewer`;
    const deployer = `${PROJECT}/roles/vertexDeployer`;
    const card = page.getByRole('article').filter({
      has: page.getByRole('heading', { name: 'Vertex AI access' }),
    });
    const headline = text =>
      card.getByRole('heading', { name: text, exact: true }).waitFor();

    await page.goto(`${portalUrl}/catalog/default/component/fraud-detector`);
    await headline('You can deploy here');
    await shoot('11-access-complete');

    // Somebody makes a viewer of them.
    await replaceRole(deployer, viewer);
    t.after(() => replaceRole(viewer, deployer));
    await card.getByRole('button', { name: 'Look again' }).click();
    await headline('You lack 4 rights to deploy here');
    const missing = card.getByRole('table', {
      name: 'Missing for a deployment',
    });
    assert.match(
      await missing.innerText(),
      /aiplatform\.endpoints\.deploy\s+projects\/acme-ml\s+the model is not deployed/,
    );
    const grantors = card.getByRole('list', {
      name: 'Who can give these rights',
    });
    assert.match(await grantors.innerText(), /cloud-admins|Cloud admins/);
    await shoot('12-access-missing');

    // The files ask for these, and not for what is there.
    const field = name => page.getByRole('textbox', { name });
    const readRequest = async () => {
      const heading = page.getByRole('heading', { name: /^Rights to deploy/ });
      await heading.first().waitFor({ timeout: 60_000 });
      return page.locator('body').innerText();
    };
    await card.getByRole('link', { name: 'Request access' }).click();
    await page.waitForURL(/templates\/default\/request-access/);
    await page
      .locator('input[value="component:default/fraud-detector"]')
      .waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await field('Reason').fill('the fraud detector is to be deployed');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    const files = await readRequest();
    await shoot('13-access-files');
    assert.match(files, /aiplatform\.endpoints\.deploy/);
    assert.doesNotMatch(files, /aiplatform\.(models\.get|operations\.list)/);
    await page.getByText('Open the entity').first().click();
    await headline('You lack 4 rights to deploy here');

    const known = await card.getByText(/^Google knows you as/).innerText();
    const principal = known.replace('Google knows you as ', '');
    const entitlement = await makeEntitlement(principal, await entityOf());

    // By keyboard from the card to the form, which knows already for what and for whom.
    await card.getByRole('link', { name: 'Request access' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/templates\/default\/request-access/);
    await page
      .locator('input[value="component:default/fraud-detector"]')
      .waitFor();
    assert.equal(await field('Principal').inputValue(), principal);
    assert.ok(
      await page
        .getByRole('checkbox', { name: 'The model is there already' })
        .isChecked(),
    );
    await shoot('14-access-form');
    await page.getByRole('button', { name: 'Next' }).click();
    await field('Reason').fill('the fraud detector is to be deployed');
    await page
      .getByRole('checkbox', { name: 'Ask Privileged Access Manager' })
      .check();
    await page
      .getByRole('checkbox', { name: 'The entitlement is there already' })
      .check();
    await field('approvers-0').fill(APPROVER);
    await shoot('15-access-why');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(/create\/tasks\//);
    await readRequest();
    await shoot('16-access-asked');

    // Asked is not given.
    const { grants } = await google('owner', `v1/${entitlement}/grants`);
    assert.equal(grants.length, 1);
    assert.equal(grants[0].state, 'APPROVAL_AWAITED');
    await page.getByText('Open the entity').first().click();
    await headline('You lack 4 rights to deploy here');

    await google('approver', `v1/${grants[0].name}:approve`, {
      reason: 'they are on duty',
    });
    await until(async () => {
      const { state } = await google('owner', `v1/${grants[0].name}`);
      return state === 'ACTIVE';
    });
    await card.getByRole('button', { name: 'Look again' }).click();
    await headline('You can deploy here');
    await shoot('17-access-given');
    assert.deepEqual(findSecrets(await responses()), []);
    assert.deepEqual(errors, []);
  },
);
