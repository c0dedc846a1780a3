import * as core from '@backstage-vertex-ai/core/server';
import {
  startEntitlements,
  type Behaviour,
} from '../../__testUtils__/entitlements';
import { entity } from '../../__testUtils__/entities';
import { runAction } from '../../__testUtils__/run';
import { createIamRequestAction } from './iamRequest';

const INPUT = {
  entityRef: 'component:default/fraud-detector',
  principal: 'group:ml-team@acme.example',
  approvers: ['group:platform@acme.example'],
  found: { model: true, endpoint: true, deployment: false },
  days: 1,
  deliver: 'pam',
};
const ENTITLEMENT =
  /^projects\/acme-ml\/locations\/global\/entitlements\/vertex-deploy-[0-9a-f]{10}$/;

let portal: Awaited<ReturnType<typeof startEntitlements>>;

async function run(behaviour: Behaviour, input = {}, more = {}) {
  portal = await startEntitlements(behaviour);
  const action = createIamRequestAction({
    ...portal,
    loadCore: async () => core,
  });
  return runAction(action, { ...INPUT, ...input }, more);
}

const refuse = (status: number, code: string) => ({
  refusal: { status, code, message: 'Google says so' },
});

describe('vertex:iam:request with pam', () => {
  afterEach(() => portal.close());

  it('requests a grant that awaits approval', async () => {
    const { failure, outputs, log } = await run({});
    expect(failure).toBeUndefined();
    expect(outputs.state).toBe('requested');
    expect(outputs.request.delivery).toBe('pam');
    expect(outputs.grants).toEqual([
      {
        name: `${outputs.grants[0].entitlement}/grants/g1`,
        project: 'acme-ml',
        entitlement: expect.stringMatching(ENTITLEMENT),
        state: 'APPROVAL_AWAITED',
        requester: 'guest@acme.example',
      },
    ]);
    expect(portal.calls).toHaveLength(1);
    const [{ line, identity, body }] = portal.calls;
    expect(line).toMatch(/\/grants\?requestId=[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(identity).toBe('user-token');
    // A day, less what it took to come here.
    expect(body.requestedDuration).toMatch(/^86(3[4-9]\d|400)s$/);
    expect(log).toContain('waits for approval');
    expect(log).toContain(INPUT.approvers[0]);
    expect(log).not.toContain('user-token');
    expect(JSON.stringify(outputs)).not.toContain('user-token');
  });

  it('waits for a grant without approval', async () => {
    const { failure, outputs, log } = await run({
      states: ['ACTIVATING', 'ACTIVATING', 'ACTIVE'],
    });
    expect(failure).toBeUndefined();
    expect(outputs.state).toBe('requested');
    expect(outputs.grants[0].state).toBe('ACTIVE');
    expect(portal.calls.map(({ line }) => line.split(' ')[0])).toEqual([
      'POST',
      'GET',
      'GET',
    ]);
    expect(log).toContain('checking again');
  });

  it.each([
    ['a missing entitlement', 404, 'NOT_FOUND', 'iam/not-eligible'],
    ['one for others', 403, 'PERMISSION_DENIED', 'iam/not-eligible'],
    ['an open grant', 409, 'ALREADY_EXISTS', 'iam/grant-open'],
    ['an open grant', 400, 'FAILED_PRECONDITION', 'iam/grant-open'],
  ])('fails for %s (%i)', async (_, status, code, expected) => {
    const { failure, outputs } = await run(refuse(status, code));
    expect(failure?.message).toContain(expected);
    expect(failure?.message).toContain('Google says so');
    expect(outputs.state).toBeUndefined();
  });

  it('fails for a denied grant and names it', async () => {
    const { failure, outputs } = await run({ states: ['DENIED'] });
    expect(failure?.message).toContain('iam/grant-not-active');
    expect(failure?.message).toMatch(/grants\/g1: DENIED$/);
    expect(outputs.state).toBeUndefined();
  });

  it('names the grant that stays after a cancellation', async () => {
    const stop = new AbortController();
    const { failure, outputs } = await run(
      {
        states: ['ACTIVATING'],
        onCall: line => line.startsWith('GET') && stop.abort(),
      },
      {},
      { signal: stop.signal },
    );
    expect(failure?.message).toContain('stays requested');
    expect(failure?.message).toMatch(/grants\/g1: ACTIVATING$/);
    expect(outputs.state).toBeUndefined();
  });

  it('calls nothing in a dry run or after an early cancellation', async () => {
    const dry = await run({}, {}, { isDryRun: true });
    expect(dry.failure).toBeUndefined();
    expect(dry.outputs.state).toBe('planned');
    expect(dry.outputs.grants).toEqual([]);
    expect(dry.log).toContain('Would request');
    expect(portal.calls).toEqual([]);
    await portal.close();
    const cancelled = await run({}, {}, { signal: AbortSignal.abort() });
    expect(cancelled.failure?.message).toContain('cancelled');
    expect(portal.calls).toEqual([]);
  });

  it.each([
    [{ delivery: 'policy' }, 'request/malformed'],
    [{ approvers: [INPUT.principal] }, 'iam/approver-missing'],
    [{ days: 8 }, 'iam/expiry-out-of-range'],
    [{ days: undefined }, 'iam/expiry-out-of-range'],
  ])('asks for nothing with %j', async (input, code) => {
    for (const isDryRun of [true, false]) {
      const { failure, outputs } = await run({}, input, { isDryRun });
      expect(failure?.message).toContain(code);
      expect(outputs.state).toBeUndefined();
      expect(portal.calls).toEqual([]);
      if (isDryRun) await portal.close();
    }
  });

  it('leaves grants out of the manager’s reach to the files', async () => {
    const annotations = {
      'google.com/vertex-ai-service-account':
        'fraud-serving@acme-ml.iam.gserviceaccount.com',
    };
    const text = JSON.stringify({
      ...entity,
      metadata: {
        ...entity.metadata,
        annotations: { ...entity.metadata.annotations, ...annotations },
      },
    });
    const { failure, log } = await run({}, { entityRef: undefined, text });
    expect(failure).toBeUndefined();
    expect(log).toContain('iam/not-asked');
    expect(log).toContain('fraud-serving@acme-ml.iam.gserviceaccount.com');
  });
});
