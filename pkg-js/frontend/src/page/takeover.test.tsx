import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FAILED } from '../__testUtils__/deployments';
import { FakeGoogle } from '../__testUtils__/google';
import { PAGE, renderPageOn, WAIT } from '../__testUtils__/page';

const LEFT = { ...FAILED, notUndone: ['endpoint `fraud-staging`'] };
const NAME = 'Remove what is left';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.portal.deployments = [LEFT];
});

const render = (permissions: (name: string) => boolean) =>
  renderPageOn(google, {
    path: `${PAGE}/deployments/${LEFT.id}`,
    permissions,
  });

describe('what a deployment has left', () => {
  it('is removed by an administrator after a confirmation', async () => {
    const user = userEvent.setup();
    render(() => true);
    await user.click(await screen.findByRole('button', { name: NAME }, WAIT));
    const dialog = await screen.findByRole('dialog', {
      name: 'Remove what this deployment left?',
    });
    const methods = () => google.portal.calls.map(({ method }) => method);
    expect(methods()).not.toContain('POST');
    await user.click(within(dialog).getByRole('button', { name: NAME }));
    await screen.findByRole('progressbar', {}, WAIT);
    expect(google.portal.calls).toContainEqual({
      method: 'POST',
      path: `/deployments/${LEFT.id}/takeover`,
    });
    expect(screen.queryByRole('button', { name: NAME })).toBeNull();
  });

  it('has no button where nothing is left', async () => {
    google.portal.deployments = [FAILED];
    render(() => true);
    await screen.findByText(/no quota/, {}, WAIT);
    expect(screen.queryByRole('button', { name: NAME })).toBeNull();
  });
});
