import * as core from '@backstage-vertex-ai/core/server';
import { startPolicies } from '../../__testUtils__/policies';
import { entity } from '../../__testUtils__/portal';
import { runAction } from '../../__testUtils__/run';
import { createIamVerifyAction } from './iamVerify';

const ASKED = {
  principal: 'group:ml-team@acme.example',
  found: { model: true, endpoint: true, deployment: false },
};
const { request: rights } = core.iamPlan({ source: { entity }, ...ASKED });

let portal: Awaited<ReturnType<typeof startPolicies>>;

const run = (input: object = {}, more = {}) =>
  runAction(
    createIamVerifyAction({ ...portal, loadCore: async () => core }),
    { entityRef: 'component:default/fraud-detector', ...ASKED, ...input },
    more,
  );

describe('vertex:iam:verify', () => {
  afterEach(() => portal.close());

  it('fails with each right that is missing', async () => {
    portal = await startPolicies();
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('aiplatform.endpoints.deploy on');
    expect(outputs.complete).toBe(false);
    expect(outputs.held).toEqual([]);
    expect(outputs.lacking).toHaveLength(5);
    expect(portal.calls.some(call => call.includes('setIamPolicy'))).toBe(
      false,
    );
  });

  it('sees what was given, and only reports where it is told to', async () => {
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
    expect(all.log).toContain('All of the 5 rights are there');
  });

  it('does not take for held what nobody may see', async () => {
    portal = await startPolicies({ denied: 'getIamPolicy' });
    portal.give(rights!);
    const { failure, outputs } = await run();
    expect(failure?.message).toContain('cannot be seen');
    expect(outputs.policiesRead).toEqual([]);
    expect(outputs.diagnostics[0].code).toBe('google/permission-denied');
  });

  it('asks nobody in a dry run, and nobody about what cannot be', async () => {
    portal = await startPolicies();
    expect((await run({}, { isDryRun: true })).failure).toBeUndefined();
    const wrong = await run({ principal: 'jane' });
    expect(wrong.failure?.message).toContain('iam/principal-malformed');
    expect(portal.calls).toEqual([]);
  });

  it('ends when the task is cancelled', async () => {
    portal = await startPolicies();
    const { failure } = await run({}, { signal: AbortSignal.abort() });
    expect(failure?.message).toContain('not known');
    expect(portal.calls).toEqual([]);
  });
});
