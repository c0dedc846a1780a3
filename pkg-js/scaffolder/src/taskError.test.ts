import { withoutStack } from './taskError';

/** The stack of what an action fails with. */
const stackOf = (error: Error) =>
  withoutStack(() => Promise.reject(error))().catch(({ stack }) => stack);

describe('the errors of an action', () => {
  it('come without a stack trace where the user made the mistake', async () => {
    const mistake = Object.assign(new Error('no such path'), {
      name: 'InputError',
    });
    const stack = await stackOf(mistake);
    expect(stack).toBe('InputError: no such path');
  });

  it('keep it where the portal has a fault', async () => {
    expect(await stackOf(new TypeError('x is undefined'))).toMatch(/\n +at /);
  });
});
