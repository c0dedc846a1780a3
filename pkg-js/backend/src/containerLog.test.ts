import { unseen } from './__testUtils__/openApi';
import { CorePortal } from './__testUtils__/corePortal';
import { FakeGoogle } from './__testUtils__/google';
import { alice, bob, REF, service } from './__testUtils__/portal';

const TOKEN = 'hf_AbCdEfGhIjKl0123456789';
const KEY = 'open-sesame-42';

let portal: CorePortal;
let google: FakeGoogle;

beforeEach(async () => {
  google = new FakeGoogle();
  google.error = { code: 9, message: 'Model server exited unexpectedly.' };
  google.lines = [
    `using ${TOKEN} and PASSPHRASE=${KEY}`,
    'torch.OutOfMemoryError: CUDA out of memory.',
    'INFO starting',
  ];
  portal = await new CorePortal(google).start();
  portal.annotate({ 'google.com/vertex-ai-env': `PASSPHRASE=${KEY}` });
});
afterEach(() => portal.stop());

/** Runs a deployment that fails to its end. */
async function deploy() {
  const { body } = await portal.startDeployment();
  const { events } = await portal.follow(body.id);
  return { id: body.id, events, end: events.at(-1)!.data };
}

const readLog = (id: string, as = alice) =>
  portal.ask(`/deployments/${id}/log`, { as });

describe('the log of a container', () => {
  it('tells why a deployment failed, and is read before anything is removed', async () => {
    const { id, end } = await deploy();
    expect(end.diagnostics[0].diagnosis).toMatchObject({
      entry: 'container/gpu-memory',
    });
    const at = (part: string) =>
      google.calls.findIndex(line => line.includes(part));
    expect(at('/logging/v2/entries:list')).toBeGreaterThan(0);
    expect(at('/logging/v2/entries:list')).toBeLessThan(at('DELETE'));
    const { status, body } = await readLog(id);
    expect(status).toBe(200);
    expect(body.log.lines.map(({ text }: any) => text)).toEqual([
      'INFO starting',
      'torch.OutOfMemoryError: CUDA out of memory.',
      'using [redacted] and PASSPHRASE=[redacted]',
    ]);
    expect(Date.parse(body.readAt)).not.toBeNaN();
  });

  it('is shown with vertex-ai.logs on the entity only', async () => {
    const { id } = await deploy();
    portal.permission = (name, resource, user) =>
      name !== 'vertex-ai.logs' ||
      (resource === REF && user === 'user:default/bob');
    expect((await readLog(id, bob)).status).toBe(200);
    const { status, body } = await readLog(id);
    expect(status).toBe(403);
    expect(body.diagnostics[0].message).toContain('`vertex-ai.logs`');
    // A service without a user has no permission.
    expect((await readLog(id, service('plugin:scaffolder'))).status).toBe(403);
  });

  it('is hidden with its deployment', async () => {
    const { id } = await deploy();
    portal.permission = name => name !== 'vertex-ai.deployment.read';
    expect((await readLog(id)).status).toBe(404);
  });

  it('is empty where none was read', async () => {
    google.error = undefined;
    const { id, end } = await deploy();
    expect(end.state).toBe('succeeded');
    expect(await readLog(id)).toMatchObject({ status: 200, body: {} });
    expect(google.calls.join()).not.toContain('entries:list');
  });

  it('says why it could not be read, and the deployment ends all the same', async () => {
    google.denied = 'entries:list';
    const { id, end } = await deploy();
    expect(end).toMatchObject({ state: 'failed', notUndone: [] });
    expect(google.endpoint).toBeUndefined();
    const { body } = await readLog(id);
    expect(body.log.lines).toEqual([]);
    expect(body.log.unread.message).toMatch(/^container log cannot be read: /);
  });

  it('leaves the deployment to its end where the database fails to keep it', async () => {
    await portal.database.schema.dropTable('vertex_ai_container_logs');
    const { end } = await deploy();
    expect(end).toMatchObject({ state: 'failed', notUndone: [] });
    expect(end.diagnostics[0].diagnosis.entry).toBe('container/gpu-memory');
    expect(portal.logs.join()).toContain('log is lost');
  });

  it('gives no secret in it away', async () => {
    const { id, events } = await deploy();
    const rows: unknown[] = [];
    for (const table of ['deployments', 'events', 'ledger', 'container_logs']) {
      rows.push(await portal.database(`vertex_ai_${table}`));
    }
    const { body } = await readLog(id);
    const { body: trace } = await portal.ask(`/deployments/${id}/trace`);
    const { logs, notifications } = portal;
    const told = [rows, events, body, trace, logs, notifications];
    for (const secret of [TOKEN, KEY]) {
      expect(google.lines.join()).toContain(secret);
      expect(JSON.stringify(told)).not.toContain(secret);
    }
    // Neither lines nor what they tell is in events and ledger.
    expect(JSON.stringify([events, rows.slice(1, 3)])).not.toContain(
      'OutOfMemoryError',
    );
  });
});

describe('openapi.yaml', () => {
  it('describes no answer that no test got', () => {
    expect(unseen('containerLog')).toEqual([]);
  });
});
