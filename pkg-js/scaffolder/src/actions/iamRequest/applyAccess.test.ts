import * as core from '@backstage-vertex-ai/core/server';
import { mockCredentials } from '@backstage/backend-test-utils';
import { startPolicies } from '../../__testUtils__/policies';
import { entity } from '../../__testUtils__/entities';
import { runAction } from '../../__testUtils__/run';
import { createIamRequestAction } from './iamRequest';

const ADMIN = 'user:default/admin';
const INPUT = {
  entityRef: 'component:default/fraud-detector',
  principal: 'user:jane@acme.example',
  found: { model: true, endpoint: true, deployment: false },
  days: 7,
  deliver: 'apply',
  for: 'user:default/jane',
  wait: false,
};

const relation = (type: string, targetRef: string) => ({
  relations: [{ type, targetRef }],
});
/** The admin is a member of the admins, who are a part of the platform group. */
const catalog: Record<string, object> = {
  'component:default/fraud-detector': entity,
  [ADMIN]: {
    kind: 'User',
    spec: { profile: { email: 'admin@acme.example' } },
    ...relation('memberOf', 'group:default/admins'),
  },
  'group:default/admins': {
    kind: 'Group',
    ...relation('childOf', 'group:default/platform'),
  },
  'group:default/platform': { kind: 'Group' },
  'group:default/ml-team': { kind: 'Group' },
  'user:default/jane': {
    kind: 'User',
    spec: { profile: { email: 'jane@acme.example' } },
  },
  'user:default/joan': { kind: 'User' },
};
const POOL =
  'iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/backstage';

/** The groups that whoever starts the task may not see. */
const hidden = new Set<string>();
let portal: Awaited<ReturnType<typeof startPolicies>>;

const run = (input: object = {}, more: object = {}) =>
  runAction(
    createIamRequestAction({
      ...portal,
      catalog: {
        getEntityByRef: async (ref: string) => catalog[ref],
        getEntitiesByRefs: async ({ entityRefs }: any) => ({
          items: entityRefs.map((ref: string) =>
            hidden.has(ref) ? undefined : catalog[ref],
          ),
        }),
      } as any,
      loadCore: async () => core,
    }),
    { ...INPUT, ...input },
    { user: { ref: ADMIN }, ...more },
  );

describe('vertex:iam:request with apply', () => {
  afterEach(async () => {
    hidden.clear();
    await portal.close();
  });

  it('records the grants, then makes them', async () => {
    portal = await startPolicies();
    const { failure, outputs, log } = await run();
    expect(failure).toBeUndefined();
    expect(outputs.state).toBe('applied');
    expect(outputs.applied.written.length).toBeGreaterThan(1);
    for (const { resource } of outputs.applied.written) {
      expect(JSON.stringify(portal.policies.get(resource))).toContain(
        INPUT.principal,
      );
    }
    expect(portal.calls[0]).toMatch(/grants$/);
    expect(portal.recorded).toHaveLength(1);
    expect(new Set(portal.writtenUnder)).toEqual(new Set(['1']));
    // The number of days counts from the moment of each plan, so that a second may lie between both.
    const { days, ...recorded } = portal.recorded[0];
    const { expiresAt } = outputs.request;
    expect(days).toBe(INPUT.days);
    expect(core.iamPlan({ ...recorded, expiresAt }).request).toEqual(
      outputs.request,
    );
    expect(log).toContain('Granting access on');
  });

  it('grants nothing that cannot be recorded', async () => {
    portal = await startPolicies({ unrecorded: true });
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('the database is full');
    expect(outputs.state).toBeUndefined();
    expect(portal.calls).toHaveLength(1);
    expect(portal.policies.size).toBe(0);
  });

  it.each([
    { for: ADMIN },
    { for: 'user:admin' },
    { for: 'group:default/admins' },
    { for: 'group:default/platform' },
    { principal: 'user:admin@acme.example' },
    {
      principal:
        'principal://iam.googleapis.com/locations/global/workforcePools/acme-staff/subject/Admin@acme.example',
    },
    {
      principal:
        'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/backstage/subject/user:default/admin',
    },
    {
      principal:
        'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/backstage/group/group:default/platform',
    },
  ])('gives nobody their own request: %j', async change => {
    portal = await startPolicies();
    const { failure } = await run(change);
    expect(failure?.message).toContain('iam/own-request');
    expect(portal.calls).toEqual([]);
  });

  it.each([
    { principal: 'user:other@acme.example' },
    { principal: `principal://${POOL}/subject/user:default/other` },
    { principal: 'serviceAccount:deployer@acme-ml.iam.gserviceaccount.com' },
    { for: 'user:default/joan' },
    { for: 'group:default/ml-team' },
  ])('gives nobody but whom they are for: %j', async change => {
    portal = await startPolicies();
    const failures = [await run(change), await run(change, { isDryRun: true })];
    for (const { failure } of failures) {
      expect(failure?.message).toContain('iam/own-request');
      expect(failure?.message).toContain('spec.profile.email');
    }
    expect(portal.calls).toEqual([]);
  });

  it('grants to an entity ref of the portal’s pool without an address', async () => {
    portal = await startPolicies();
    const principal = `principal://${POOL}/subject/user:default/joan`;
    const { failure } = await run({ for: 'user:default/joan', principal });
    expect(failure).toBeUndefined();
  });

  it('grants nothing that may be for the initiator, without an address in the catalog', async () => {
    portal = await startPolicies();
    const { spec: _, ...nameless } = catalog[ADMIN] as { spec: object };
    const known = catalog[ADMIN];
    catalog[ADMIN] = nameless;
    const { failure } = await run({ principal: 'user:admin@acme.example' });
    catalog[ADMIN] = known;
    expect(failure?.message).toContain('iam/own-request');
    expect(portal.calls).toEqual([]);
  });

  it.each([
    ['the beneficiary', mockCredentials.user('user:default/jane')],
    ['any other user', mockCredentials.user('user:default/joan')],
    ['a service', mockCredentials.service()],
    ['nobody', mockCredentials.none()],
  ])('grants nothing in a task that %s retries', async (_, credentials) => {
    portal = await startPolicies();
    for (const isDryRun of [true, false]) {
      const { failure, outputs } = await run({}, { credentials, isDryRun });
      expect(failure?.name).toBe('NotAllowedError');
      expect(failure?.message).toContain(`${ADMIN} started the task, but`);
      expect(failure?.message).toContain('start a new task');
      expect(failure?.message).toContain('iam/own-request');
      expect(outputs.state).toBeUndefined();
    }
    expect(portal.calls).toEqual([]);
  });

  it('grants when the initiator retries the task', async () => {
    portal = await startPolicies();
    const credentials = mockCredentials.user(ADMIN);
    const { failure, outputs } = await run({}, { credentials });
    expect(failure).toBeUndefined();
    expect(outputs.state).toBe('applied');
  });

  it.each(['group:default/admins', 'group:default/platform'])(
    'grants nothing for initiators in %s who cannot see that group',
    async group => {
      hidden.add(group);
      portal = await startPolicies();
      const requests = [
        // Theirs, through the group below it.
        {
          for: 'group:default/platform',
          principal: `principalSet://${POOL}/group/group:default/platform`,
        },
        // Nobody knows whether this is theirs.
        {
          for: 'group:default/ml-team',
          principal: `principalSet://${POOL}/group/group:default/ml-team`,
        },
      ];
      for (const request of requests) {
        const { failure, outputs } = await run(request);
        expect(failure?.name).toBe('NotFoundError');
        expect(failure?.message).toContain(
          `The group ${group}, which you belong to`,
        );
        expect(failure?.message).toContain('iam/own-request');
        expect(outputs.state).toBeUndefined();
      }
      expect(portal.calls).toEqual([]);
    },
  );

  it('grants nothing when a side is unknown or the expiry is missing', async () => {
    portal = await startPolicies();
    const failures = [
      await run({}, { user: undefined }),
      await run({}, { user: { ref: 'user:default/gone' } }),
      await run({ for: undefined }),
      await run({ for: 'user:default/gone' }),
      await run({ for: 'component:default/fraud-detector' }),
      await run({ days: undefined }),
    ].map(({ failure }) => failure?.message ?? 'none');
    expect(failures).toEqual([
      expect.stringContaining('initiator'),
      expect.stringContaining('user:default/gone is missing'),
      expect.stringContaining('`for`'),
      expect.stringContaining('user:default/gone is missing'),
      expect.stringContaining('iam/own-request'),
      expect.stringContaining('iam/expiry-missing'),
    ]);
    expect(portal.calls).toEqual([]);
  });

  it('names the permission that granting lacks, and leaves no record', async () => {
    portal = await startPolicies({ denied: 'setIamPolicy' });
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('google/permission-denied');
    expect(outputs.state).toBeUndefined();
    expect(portal.recorded).toHaveLength(1);
    expect(portal.withdrawn).toEqual(['1']);
  });

  it('keeps a record that cannot be withdrawn and logs why', async () => {
    portal = await startPolicies({ denied: 'setIamPolicy', unwithdrawn: true });
    const { failure, log } = await run();
    expect(failure?.message).toContain('google/permission-denied');
    expect(log).toContain('the trail says otherwise');
  });

  it('keeps the record when part of the access is granted', async () => {
    portal = await startPolicies({ denied: 'fraud-detector:setIamPolicy' });
    const { failure } = await run();
    expect(failure?.message).toMatch(
      /still granted on `projects\/acme-ml`, until \d{4}-/,
    );
    expect(portal.withdrawn).toEqual([]);
  });

  it('keeps the record when the result is unknown', async () => {
    const stop = new AbortController();
    portal = await startPolicies({
      onCall: line => {
        if (line.includes('setIamPolicy')) stop.abort();
      },
    });
    const { failure } = await run({}, { signal: stop.signal });
    expect(failure?.message).toContain('cancelled');
    expect(portal.recorded).toHaveLength(1);
    expect(portal.withdrawn).toEqual([]);
  });

  it('waits until Google applies the grants; cancelling keeps them', async () => {
    portal = await startPolicies();
    const stop = new AbortController();
    const { failure, outputs, log } = await run(
      { wait: undefined },
      {
        signal: stop.signal,
        onLog: (line: string) => {
          if (line.includes('should work by')) stop.abort();
        },
      },
    );
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({
      state: 'applied',
      applied: { effective: false, effectiveBy: expect.any(String) },
    });
    expect(log).toContain('iam/not-effective-yet');
    expect(portal.withdrawn).toEqual([]);
  });

  it('only plans in a dry run, and calls nothing when cancelled', async () => {
    portal = await startPolicies();
    const dry = await run({}, { isDryRun: true });
    expect(dry.outputs.state).toBe('planned');
    const endless = await run({ days: undefined }, { isDryRun: true });
    expect(endless.failure?.message).toContain('iam/expiry-missing');
    const expiresAt = new Date(Date.now() + 5 * 60_000).toISOString();
    const late = await run({ days: undefined, expiresAt }, { isDryRun: true });
    expect(late.failure?.message).toContain('iam/expiry-out-of-range');
    const cancelled = await run({}, { signal: AbortSignal.abort() });
    expect(cancelled.failure?.message).toContain('cancelled');
    expect(portal.calls).toEqual([]);
  });
});
