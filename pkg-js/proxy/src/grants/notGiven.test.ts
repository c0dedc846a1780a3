import { TestDatabases } from '@backstage/backend-test-utils';
import {
  ACCOUNT,
  ACTING,
  asked,
  FRAUD,
  GivingPortal,
  HOUR,
  intention,
  under,
} from '../__testUtils__/givingPortal';
import { json } from '../__testUtils__/google';
import { AuditRecords } from '../audit';

const MINUTE = 60_000;
const WITHDRAWN = 'withdrawn: nothing was granted';

describe('grant records without a proof of the grant', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await portal.close();
  });

  /** Records rights that the principal has permanently, e.g. from a pipeline. */
  const recordHeld = async (lasts: number) => {
    const id = await portal.recordRights(asked(lasts));
    const [right] = await portal.rightsOf(id);
    portal.policies.give(FRAUD, right.split(' ')[1]);
    return { id, right };
  };

  it('keep permanent rights of the principal', async () => {
    const { policies } = portal;
    const { id } = await recordHeld(HOUR);
    // The recorder may not grant them.
    policies.denied = true;
    expect(await portal.setPolicy()).toMatchObject({ status: 403 });
    await portal.pass(HOUR);
    policies.denied = false;
    await portal.cleanUp();
    expect(policies.written).toEqual([]);
    expect(policies.holds(FRAUD)).toBe(true);
    expect(await portal.row(id)).toMatchObject({
      done_because: WITHDRAWN,
      tries: 0,
    });
  });

  it('keep rights of the record that were not granted', async () => {
    const id = await portal.give(HOUR, ACTING);
    await portal
      .database('vertex_ai_audit')
      .where({ resource: ACCOUNT })
      .delete();
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
    expect(portal.policies.holds(`v1/${ACCOUNT}`)).toBe(true);
    expect(await portal.row(id)).toMatchObject({ done_because: 'revoked' });
  });

  it('stay while the access may still be granted', async () => {
    const id = await portal.recordRights(asked(HOUR));
    await portal.database('vertex_ai_grants').update({
      ends_at: new Date().toISOString(),
      next_try_at: new Date().toISOString(),
    });
    await portal.cleanUp();
    expect(await portal.row(id)).toMatchObject({ done_at: null, tries: 0 });
  });

  it('stay until a call that would grant the access is rejected', async () => {
    const { policies } = portal;
    const { id, right } = await recordHeld(10 * MINUTE);
    let refuse = () => {};
    const begun = new Promise<void>(resolve => {
      policies.except = {
        part: ':setIamPolicy',
        answer: async response => {
          policies.except = undefined;
          resolve();
          await new Promise<void>(end => {
            refuse = end;
          });
          json(response, { error: { status: 'PERMISSION_DENIED' } }, 403);
        },
      };
    });
    const call = portal.setPolicy({ headers: under(id) }, right);
    await begun;
    await portal.pass(10 * MINUTE);
    await portal.cleanUp();
    const meanwhile = await portal.row(id);
    refuse();
    expect(await call).toMatchObject({ status: 403 });
    expect(meanwhile).toMatchObject({ done_at: null, tries: 0 });

    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(await portal.row(id)).toMatchObject({ done_because: WITHDRAWN });
    expect(policies.written).toEqual([]);
    expect(policies.holds(FRAUD)).toBe(true);
  });

  it('allow no grant by a replica whose clock is behind', async () => {
    const { policies } = portal;
    const { id, right } = await recordHeld(HOUR);
    await portal.pass(HOUR);
    const endsAt = (millis: number) =>
      portal.database('vertex_ai_grants').update({
        ends_at: new Date(Date.now() + millis).toISOString(),
      });
    const read = AuditRecords.prototype.policiesChanged;
    jest
      .spyOn(AuditRecords.prototype, 'policiesChanged')
      .mockImplementationOnce(async function readFirst(this: any, grant) {
        const found = await read.call(this, grant);
        await endsAt(MINUTE);
        const late = await portal.setPolicy({ headers: under(id) }, right);
        expect(late).toMatchObject({ status: 403 });
        await endsAt(0);
        return found;
      });
    await portal.cleanUp();
    expect(policies.written).toEqual([]);
    expect(await portal.row(id)).toMatchObject({ done_because: WITHDRAWN });
  });

  it('are revoked if the outcome of a call will never be known', async () => {
    const { id } = await recordHeld(10 * MINUTE);
    const audit = new AuditRecords(portal.database);
    await audit.begin({ ...intention, id: 'cut off', grant: id });
    await portal.pass(10 * MINUTE);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(true);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
    expect(await portal.row(id)).toMatchObject({ done_because: 'revoked' });
  });

  it.each([
    ['count calls within the clock skew of two replicas', 5, true],
    ['do not count calls after the expiry', 15, false],
  ])('%s', async (_, minutes, isGiven) => {
    const { id, right } = await recordHeld(HOUR);
    await portal.pass(HOUR + minutes * MINUTE);
    // It names no record.
    expect(await portal.setPolicy({}, right)).toMatchObject({ status: 200 });
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(!isGiven);
    expect(await portal.row(id)).toMatchObject({
      done_because: isGiven ? 'revoked' : WITHDRAWN,
    });
  });
});
