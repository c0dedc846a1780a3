import { TestDatabases } from '@backstage/backend-test-utils';
import {
  ACCOUNT,
  ACTING,
  asked,
  CHURN,
  FRAUD,
  GivingPortal,
  HOUR,
  NUMBER,
  NUMBERED,
} from '../__testUtils__/givingPortal';

const SECOND = 1000;

describe('grants that a later record extends', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(() => portal.close());

  it('stay until the later expiry', async () => {
    await portal.give(HOUR);
    await portal.give(3 * HOUR);
    await portal.pass(2 * HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(true);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
    expect((await portal.rows()).every(({ done_at }) => done_at)).toBe(true);
  });

  it.each([
    ['', {}],
    [
      ' with another spelling of the principal',
      { principal: 'group:ML-Team@Acme.example' },
    ],
  ])('expire together%s', async (_, otherwise) => {
    const given = await portal.give(HOUR);
    // The grants exist already, so nothing is written.
    const prolonging = { ...asked(3 * HOUR), ...otherwise };
    const prolongs = await portal.recordRights(prolonging);
    await portal.pass(2 * HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(true);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
    const doneBecause = async (id: string) =>
      (await portal.row(id)).done_because;
    expect(await doneBecause(given)).toBe('revoked');
    expect(await doneBecause(prolongs)).toBe('withdrawn: nothing was granted');
  });

  it('expire together with the project named by its number', async () => {
    await portal.restart(NUMBERED);
    await portal.give(HOUR);
    const annotations = { 'google.com/vertex-ai-project': NUMBER };
    await portal.recordRights(asked(3 * HOUR, { annotations }));
    await portal.pass(2 * HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(true);
    await portal.pass(HOUR);
    await portal.cleanUp();
    expect(portal.policies.holds(FRAUD)).toBe(false);
  });

  it('stay if they are extended during a clean-up', async () => {
    const { policies } = portal;
    await portal.give(HOUR);
    const name = 'churn-detector';
    const id = await portal.give(HOUR + SECOND, { name });
    await portal.pass(HOUR + SECOND);
    policies.except = {
      part: 'fraud-detector:getIamPolicy',
      answer: async (response, received) => {
        policies.except = undefined;
        await portal.recordRights(asked(3 * HOUR, { name }));
        await portal.google.answer(response, received);
      },
    };
    await portal.cleanUp();
    expect(policies.written).toEqual([FRAUD]);
    expect(policies.holds(CHURN)).toBe(true);
    expect(await portal.row(id)).toMatchObject({ done_at: null, tries: 0 });
  });

  it('stay although others of the same record have expired', async () => {
    const { policies } = portal;
    const held = () =>
      [FRAUD, CHURN, `v1/${ACCOUNT}`].map(place => policies.holds(place));
    const first = await portal.give(HOUR, ACTING);
    const second = await portal.give(3 * HOUR, {
      ...ACTING,
      name: 'churn-detector',
    });
    expect(held()).toEqual([true, true, true]);

    await portal.pass(2 * HOUR);
    await portal.cleanUp();
    expect(held()).toEqual([false, true, true]);
    const left = { done_at: null, tries: 0, last_error: null };
    expect(await portal.row(first)).toMatchObject(left);
    expect(await portal.row(second)).toMatchObject(left);
    // Granted anew meanwhile, it no longer belongs to the first record.
    await portal.give(9 * HOUR, ACTING);
    await portal.cleanUp();
    expect(policies.written).toEqual([FRAUD]);

    await portal.pass(2 * HOUR);
    await portal.cleanUp();
    expect(held()).toEqual([true, false, true]);
    await portal.pass(8 * HOUR);
    await portal.cleanUp();
    expect(held()).toEqual([false, false, false]);
    expect((await portal.rows()).every(({ done_at }) => done_at)).toBe(true);
  });
});
