import * as core from '@backstage-vertex-ai/core/server';
import {
  createMockDirectory,
  mockCredentials,
} from '@backstage/backend-test-utils';
import { startPolicies } from '../../__testUtils__/policies';
import { account, entity, servingEntity } from '../../__testUtils__/entities';
import { runAction } from '../../__testUtils__/run';
import { createIamVerifyAction } from './iamVerify';

const ASKED = {
  principal: 'group:ml-team@acme.example',
  found: { model: true, endpoint: true, deployment: false },
};
const { request: rights } = core.iamPlan({ source: { entity }, ...ASKED });

const workspace = createMockDirectory();

let portal: Awaited<ReturnType<typeof startPolicies>>;

const run = (input: object = {}, more = {}, of = entity) =>
  runAction(
    createIamVerifyAction({
      ...portal,
      catalog: { getEntityByRef: async () => of } as any,
      loadCore: async () => core,
    }),
    { entityRef: 'component:default/fraud-detector', ...ASKED, ...input },
    more,
  );

describe('vertex:iam:verify', () => {
  afterEach(() => portal.close());

  it('fails with each missing permission', async () => {
    portal = await startPolicies();
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('5 missing:');
    expect(failure?.message).toContain('`aiplatform.endpoints.deploy` on');
    expect(outputs.complete).toBe(false);
    expect(outputs.held).toEqual([]);
    expect(outputs.lacking).toHaveLength(5);
    expect(portal.calls.some(call => call.includes('setIamPolicy'))).toBe(
      false,
    );
  });

  describe('by a user who may read no policy', () => {
    const pool =
      'iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/backstage';
    const input = {
      principal: `principal://${pool}/subject/user:default/jane`,
      accept: 'hints',
    };
    const as = (ref: string) => ({ user: { ref } });

    it('accepts hints on request', async () => {
      portal = await startPolicies({ denied: 'getIamPolicy', hints: true });
      const { failure, outputs, log } = await run(
        input,
        as('user:default/jane'),
      );
      expect(failure).toBeUndefined();
      expect(outputs).toMatchObject({ complete: true, lacking: [] });
      expect(outputs.hinted).toHaveLength(5);
      expect(log).toContain('5 of them as Google reports');
    });

    it.each([
      ['another user starts the task', input, 'user:default/joan'],
      [
        'nobody asks for it',
        { ...input, accept: undefined },
        'user:default/jane',
      ],
    ])('counts none of it where %s, and says so', async (_, asked, ref) => {
      portal = await startPolicies({ denied: 'getIamPolicy', hints: true });
      const { failure, outputs } = await run(asked, as(ref));
      expect(failure?.message).toContain(
        '5 of 5 permissions are missing or unknown',
      );
      expect(failure?.message).toContain("5 held by the task's initiator");
      expect(failure?.message).not.toContain('5 missing:');
      expect(outputs).toMatchObject({ complete: false, hinted: [] });
    });

    it.each([
      ['another user', mockCredentials.user('user:default/joan')],
      ['a service', mockCredentials.service()],
      ['nobody', mockCredentials.none()],
    ])(
      'counts none of it where %s tries their task again',
      async (_, credentials) => {
        portal = await startPolicies({ denied: 'getIamPolicy', hints: true });
        const more = { ...as('user:default/jane'), credentials };
        const { failure, outputs, log } = await run(
          { ...input, failOn: 'never' },
          more,
        );
        expect(failure).toBeUndefined();
        expect(outputs).toMatchObject({ complete: false, hinted: [] });
        expect(log).toContain(
          "Google's hints are ignored. user:default/jane started",
        );
      },
    );

    it('ignores hints when no user started the task', async () => {
      portal = await startPolicies({ denied: 'getIamPolicy', hints: true });
      const { failure, outputs } = await run(
        { ...input, failOn: 'never' },
        { credentials: mockCredentials.user('user:default/jane') },
      );
      expect(failure).toBeUndefined();
      expect(outputs).toMatchObject({ complete: false, hinted: [] });
    });

    it('separates unknown permissions from those that Google reports as missing', async () => {
      portal = await startPolicies({ denied: 'getIamPolicy' });
      const own = await run(input, as('user:default/jane'));
      expect(own.failure?.message).toContain('5 missing:');
      const others = await run(input, as('user:default/joan'));
      expect(others.failure?.message).toContain('5 unknown');
    });
  });

  it('sees granted access, and only reports when configured', async () => {
    portal = await startPolicies();
    const [first, ...others] = rights!.grants;
    portal.give({ ...rights!, grants: [first] });
    const some = await run({ failOn: 'never' });
    expect(some.failure).toBeUndefined();
    expect(some.outputs.held).toHaveLength(first.permissions.length);
    expect(some.outputs.remaining.grants).toHaveLength(others.length);

    portal.give({ ...rights!, grants: others });
    const all = await run();
    expect(all.failure).toBeUndefined();
    expect(all.outputs).toMatchObject({ complete: true, lacking: [] });
    expect(all.outputs.renderings).toEqual({});
    expect(all.log).toContain('The principal holds all 5 permissions');
  });

  it('writes the request for what is missing only, into the policies as they are', async () => {
    portal = await startPolicies();
    portal.bind('roles/viewer', ASKED.principal, ['aiplatform.endpoints.get']);
    const { outputs } = await run(
      { failOn: 'never', folder: 'access', days: 7 },
      { workspacePath: workspace.path },
    );
    expect(outputs.files).toContain('access/access-request.md');
    const { access } = workspace.content() as any;
    expect(access['access-request.md']).toBe(
      outputs.renderings['access-request.md'],
    );
    expect(access['access-request.md']).not.toContain(
      'aiplatform.endpoints.get',
    );
    const [project] = JSON.parse(access['bindings.json']).filter(
      ({ resource }: any) => resource === 'projects/acme-ml',
    );
    expect(project).toMatchObject({ complete: true });
    expect(project.policy).toMatchObject({ etag: 'a1', version: 3 });
    expect(project.policy.bindings[0]).toEqual({
      role: 'roles/viewer',
      members: [ASKED.principal],
    });
  });

  it('reads predefined roles, and writes nothing when nothing is missing', async () => {
    portal = await startPolicies();
    const all = rights!.grants.flatMap(({ permissions }) =>
      permissions.map(({ permission }) => permission),
    );
    portal.bind('roles/owner', ASKED.principal, all);
    const { failure, outputs } = await run(
      { folder: 'access' },
      { workspacePath: workspace.path },
    );
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ complete: true, files: [] });
    expect(outputs.diagnostics).toEqual([]);
    expect(portal.calls.filter(call => call.includes('/roles/'))).toHaveLength(
      1,
    );
  });

  it('reports the rights of the serving account', async () => {
    portal = await startPolicies();
    portal.bind('roles/editor', `serviceAccount:${account}`, []);
    const { outputs, log } = await run({ failOn: 'never' }, {}, servingEntity);
    expect(outputs.risks).toContainEqual(
      expect.objectContaining({
        effect: 'has `roles/editor` through the service account',
        account,
      }),
    );
    expect(log).toContain('has `roles/editor` through the service account');
  });

  it('reports an unknown serving account unless its rights are given', async () => {
    portal = await startPolicies({ denied: 'getIamPolicy' });
    const codes = ({ outputs }: Awaited<ReturnType<typeof run>>) =>
      outputs.diagnostics.map(({ code }: { code: string }) => code);
    const look = (input: object) =>
      run({ failOn: 'never', ...input }, {}, servingEntity);
    expect(codes(await look({}))).toContain('iam/account-unknown');
    const told = await look({ accountPowers: { roles: ['roles/owner'] } });
    expect(codes(told)).not.toContain('iam/account-unknown');
    expect(told.log).toContain('`roles/owner` through');
  });

  it('treats unreadable policies as unknown, not as held', async () => {
    portal = await startPolicies({ denied: 'getIamPolicy' });
    portal.give(rights!);
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('5 unknown');
    expect(outputs.policiesRead).toEqual([]);
    expect(outputs.diagnostics[0].code).toBe('google/permission-denied');
  });

  it('calls nothing in a dry run or for an impossible request', async () => {
    portal = await startPolicies();
    expect((await run({}, { isDryRun: true })).failure).toBeUndefined();
    for (const isDryRun of [false, true]) {
      const wrong = await run({ principal: 'jane' }, { isDryRun });
      expect(wrong.failure?.message).toContain('iam/principal-malformed');
    }
    expect(portal.calls).toEqual([]);
  });

  it('stops when the task is cancelled', async () => {
    portal = await startPolicies();
    const { failure } = await run({}, { signal: AbortSignal.abort() });
    expect(failure?.message).toContain('cannot be verified');
    expect(portal.calls).toEqual([]);
  });
});
