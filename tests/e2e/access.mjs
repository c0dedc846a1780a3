// Request access: a user sees missing permissions and requests them, an approver approves, and the user can deploy.
import { iamPlan } from '@backstage-vertex-ai/core/server';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { signIn } from './browser.mjs';
import { emulatorUrl, guestToken, portalUrl } from './portal.mjs';
import { findSecrets } from './secrets.mjs';

const PROJECT = 'projects/acme-ml';
const APPROVER = 'user:approver@acme.example';

/** Calls the emulated Google directly, as one of its principals. */
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

/** Replaces one project role of the user's team by another. */
async function replaceRole(from, to) {
  const body = { options: { requestedPolicyVersion: 3 } };
  const policy = await google('owner', `v3/${PROJECT}:getIamPolicy`, body);
  for (const binding of policy.bindings) {
    if (binding.role === from && binding.members.includes(TEAM)) {
      binding.members = binding.members.filter(member => member !== TEAM);
    }
  }
  policy.bindings.push({ role: to, members: [TEAM] });
  policy.version = 3;
  await google('owner', `v3/${PROJECT}:setIamPolicy`, { policy });
}

/** Creates a role and an entitlement to it from the files of an access request, as a platform engineer does once. */
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

/** Polls until a condition holds: Privileged Access Manager has no operation to wait for. */
async function until(holds) {
  while (!(await holds())) await setTimeout(100);
}

/** Returns the fraud detector as the catalog's API serves it. */
async function entityOf() {
  const response = await fetch(
    `${portalUrl}/api/catalog/entities/by-name/component/default/fraud-detector`,
    { headers: { authorization: `Bearer ${await guestToken()}` } },
  );
  return response.json();
}

test(
  'a user without permissions requests them, and can deploy after the approval',
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

    // The user's team loses the deployer role.
    await replaceRole(deployer, viewer);
    t.after(() => replaceRole(viewer, deployer));
    await card.getByRole('button', { name: 'Refresh' }).click();
    await headline('You are missing 4 permissions to deploy here');
    const missing = card.getByRole('table', {
      name: 'Missing permissions to deploy',
    });
    assert.match(
      await missing.innerText(),
      /aiplatform\.endpoints\.deploy\s+projects\/acme-ml\s+the model is not deployed/,
    );
    const grantors = card.getByRole('list', {
      name: 'Who can grant access',
    });
    assert.match(await grantors.innerText(), /cloud-admins|Cloud admins/);
    await shoot('12-access-missing');

    // The files request the missing permissions only.
    const field = name => page.getByRole('textbox', { name });
    const readRequest = async () => {
      const heading = page.getByRole('heading', {
        name: /^Access request: deploy/,
      });
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
    await headline('You are missing 4 permissions to deploy here');

    const known = await card.getByText(/^Google identifies you as/).innerText();
    const principal = known.replace('Google identifies you as ', '');
    const entitlement = await makeEntitlement(principal, await entityOf());

    // By keyboard from the card to the form, which is filled in with entity and principal.
    await card.getByRole('link', { name: 'Request access' }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/templates\/default\/request-access/);
    await page
      .locator('input[value="component:default/fraud-detector"]')
      .waitFor();
    assert.equal(await field('Principal').inputValue(), principal);
    assert.ok(
      await page
        .getByRole('checkbox', { name: 'The model exists' })
        .isChecked(),
    );
    await shoot('14-access-form');
    await page.getByRole('button', { name: 'Next' }).click();
    await field('Reason').fill('the fraud detector is to be deployed');
    await page
      .getByRole('checkbox', { name: 'Use Privileged Access Manager' })
      .check();
    await page
      .getByRole('checkbox', { name: 'The entitlement exists' })
      .check();
    await field('approvers-0').fill(APPROVER);
    await shoot('15-access-why');
    await page.getByRole('button', { name: 'Review' }).click();
    await page.getByRole('button', { name: 'Create' }).click();
    await page.waitForURL(/create\/tasks\//);
    await readRequest();
    await shoot('16-access-requested');

    // A request is not a grant yet.
    const { grants } = await google('owner', `v1/${entitlement}/grants`);
    assert.equal(grants.length, 1);
    assert.equal(grants[0].state, 'APPROVAL_AWAITED');
    await page.getByText('Open the entity').first().click();
    await headline('You are missing 4 permissions to deploy here');

    await google('approver', `v1/${grants[0].name}:approve`, {
      reason: 'they are on duty',
    });
    await until(async () => {
      const { state } = await google('owner', `v1/${grants[0].name}`);
      return state === 'ACTIVE';
    });
    await card.getByRole('button', { name: 'Refresh' }).click();
    await headline('You can deploy here');
    await shoot('17-access-granted');
    assert.deepEqual(findSecrets(await responses()), []);
    assert.deepEqual(errors, []);
  },
);
