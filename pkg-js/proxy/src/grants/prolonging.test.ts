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

describe('rights that are given again for longer', () => {
  const databases = TestDatabases.create({ ids: ['SQLITE_3'] });
  let portal: GivingPortal;

  beforeEach(async () => {
    portal = await GivingPortal.launch(await databases.init('SQLITE_3'));
  });

  afterEach(() => portal.close());

  it('stay until the later end', async () => {
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
      ', also where the principal is spelled otherwise',
      { principal: 'group:ML-Team@Acme.example' },
    ],
  ])('end with those that they prolong%s', async (_, otherwise) => {
    const given = await portal.give(HOUR);
    // They are there already, so nothing is written.
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
    expect(await doneBecause(given)).toBe('taken back');
    expect(await doneBecause(prolongs)).toBe('withdrawn: nothing was given');
  });

  it('end with those that they prolong, also where the project is named by its number', async () => {
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

  it('stay where that is done while others are taken back', async () => {
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

  it('stay alone where others that were given with them have ended', async () => {
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
    // Given anew meanwhile, it is none of the first grant's any more.
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
