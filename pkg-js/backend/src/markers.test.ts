/** What Google and callers say besides: no table, answer, event, signal, notification or log of the plugin has it. */
import { CorePortal } from './__testUtils__/corePortal';
import { FakeGoogle } from './__testUtils__/google';
import { marked } from './__testUtils__/marked';
import { inexact } from './__testUtils__/openApi';
import { REF } from './__testUtils__/portal';

const MARKER = 's3cr3t-marker';
/** What a failed operation is for: the deployment shows it. */
const FINDING = 'Model server exited unexpectedly.';

/** A user's token that holds the marker. */
const alice = `Bearer mock-user-token:${JSON.stringify({
  sub: 'user:default/alice',
  jti: MARKER,
})}`;

/** Adds to an answer of Google what no run reads; partial failures may quote a container's log. */
function talkative(answer: any) {
  return {
    ...answer,
    displayName: MARKER,
    description: MARKER,
    containerSpec: { env: [{ name: 'LOG_LEVEL', value: MARKER }] },
    metadata: {
      ...answer.metadata,
      genericMetadata: { partialFailures: [{ code: 13, message: MARKER }] },
      containerLog: MARKER,
    },
    ...(answer.error && {
      error: {
        ...answer.error,
        details: [{ '@type': 'DebugInfo', stackEntries: [MARKER] }],
      },
    }),
    ...(answer.response && {
      response: { ...answer.response, containerLog: MARKER },
    }),
  };
}

let portal: CorePortal;
let google: FakeGoogle;

beforeEach(async () => {
  google = new FakeGoogle();
  google.stages = ['STARTING_DEPLOYMENT', 'ADDING_NODES_TO_CLUSTER'];
  portal = new CorePortal(google);
  portal.google = async (line, body) => {
    const [status, answer] = await google.answer(line, body);
    return [status, talkative(answer)];
  };
  await portal.start();
});
afterEach(() => portal.stop());

/** Deploys as the user to the end, and returns everything that the plugin has said. */
async function deploy(state: string) {
  const started = await portal.startDeployment({ as: alice });
  const { id } = started.body;
  const { events } = await portal.follow(id, { as: alice });
  expect(events.at(-1)!.data.state).toBe(state);
  await portal.asked(({ verb }) => verb === 'DELETE');
  const ask = (path: string) => portal.ask(path, { as: alice });
  const answers = [
    started,
    await portal.cancel(id, { as: alice }),
    await ask(`/deployments?entityRef=${REF}`),
    await ask(`/deployments/${id}`),
    await ask(`/deployments/${id}/trace`),
  ];
  const { signals, notifications, logs } = portal;
  return JSON.stringify([answers, events, signals, notifications, logs]);
}

describe('the tables of the plugin', () => {
  it('hold no token of a user, and no line of an answer that no run reads', async () => {
    const said = await deploy('succeeded');
    expect(google.calls.join()).toContain(':deployModel');
    expect(said).not.toContain(MARKER);
    expect(await marked(portal.database, MARKER)).toEqual([]);
  });

  it('hold no number above 2^53', async () => {
    const huge = 2 ** 60;
    expect(inexact([{ a: huge }, 2 ** 53, 1, 0.5])).toEqual([huge, 2 ** 53]);
    const dedicatedResources = { minReplicaCount: huge, maxReplicaCount: huge };
    const other = { id: '1', dedicatedResources };
    const { google: answer } = portal;
    portal.google = async (line, body) => {
      const [status, answered]: [number, any] = await answer(line, body);
      const { deployedModels } = answered;
      if (!deployedModels) return [status, { ...answered, huge }];
      const trafficSplit = { [other.id]: huge };
      const all = [...deployedModels, other];
      return [status, { ...answered, deployedModels: all, trafficSplit, huge }];
    };
    // Each answer and event on the way is checked, too.
    const said = await deploy('succeeded');
    expect(said).not.toContain(String(huge));
    const rows = await portal.database('vertex_ai_ledger').pluck('entry');
    expect(rows.length).toBeGreaterThan(0);
    expect(inexact(rows.map(row => JSON.parse(row)))).toEqual([]);
    expect(await marked(portal.database, String(huge))).toEqual([]);
  });

  it("hold of a failed operation Google's message, and nothing else", async () => {
    google.error = { code: 9, message: FINDING };
    const said = await deploy('failed');
    expect(said).toContain(FINDING);
    expect(said).not.toContain(MARKER);
    expect(await marked(portal.database, MARKER)).toEqual([]);
    // The scan finds what is there.
    expect(await marked(portal.database, FINDING)).toEqual([
      'vertex_ai_deployments.life',
      'vertex_ai_ledger.entry',
    ]);
  });
});
