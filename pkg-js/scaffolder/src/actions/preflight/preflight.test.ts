import { runAction } from '../../__testUtils__/run';
import { startFakeBackend } from '../../__testUtils__/deployments';
import { createPreflightAction } from './preflight';

const REF = 'component:default/fraud-detector';

const finding = (code: string, message: string) => ({
  code,
  severity: 'error',
  message,
  help: 'request a higher limit',
});
const quota = {
  name: 'gpu-quota',
  question: 'Does the quota of accelerators suffice?',
  outcome: 'no',
  evidence: [],
  finding: finding('preflight/no', 'the plan needs 2 of `L4`'),
};
const image = {
  name: 'image-exists',
  question: 'Does the container image exist?',
  outcome: 'unknown',
  evidence: [],
  finding: finding('preflight/unknown', 'no answer within 2 s'),
};

let backend: Awaited<ReturnType<typeof startFakeBackend>>;
afterEach(() => backend.close());

async function run(checks: object[], input: object = {}, isDryRun = false) {
  const preflight = {
    checks,
    ok: checks.length === 0,
    headline: `${checks.length} not ok`,
    summary: '| check |',
    diagnostics: [],
  };
  backend = await startFakeBackend({ preflight });
  return runAction(
    createPreflightAction({ ...backend, pauseMillis: 1 }),
    { entityRef: REF, ...input },
    { isDryRun },
  );
}

describe('vertex:preflight', () => {
  it('outputs the report of the backend, as the user', async () => {
    const { failure, outputs, log } = await run([], { environment: 'staging' });
    expect(failure).toBeUndefined();
    expect(outputs).toMatchObject({ ok: true, report: { ok: true } });
    expect(log).toBe('Preflight: 0 not ok');
    expect(backend.calls).toEqual([
      expect.objectContaining({
        line: 'POST /preflight',
        token: 'user-token',
        body: { entityRef: REF, environment: 'staging' },
      }),
    ]);
  });

  it('fails on no, names each finding, and outputs the report', async () => {
    const { failure, outputs } = await run([quota, image]);
    expect(failure?.message).toContain('the plan needs 2 of `L4`');
    expect(failure?.message).toContain('What to do: request a higher limit');
    expect(failure?.message).not.toContain('no answer');
    expect(outputs).toMatchObject({ ok: false, report: { ok: false } });
  });

  it('fails on unknown only where that is asked for', async () => {
    expect((await run([image])).failure).toBeUndefined();
    await backend.close();
    const strict = await run([image], { failOn: 'unknown' });
    expect(strict.failure?.message).toContain('no answer within 2 s');
    await backend.close();
    const lenient = await run([quota, image], { failOn: 'never' });
    expect(lenient.failure).toBeUndefined();
    expect(lenient.outputs.ok).toBe(false);
  });

  it('checks in a dry run, too', async () => {
    expect((await run([quota], {}, true)).failure).toBeDefined();
  });
});
