import { screen } from '@testing-library/react';
import { FAILED } from '../__testUtils__/deployments';
import { FakeGoogle } from '../__testUtils__/google';
import { PAGE, renderPageOn, WAIT } from '../__testUtils__/page';

jest.setTimeout(30_000);

// In a file of its own: decisions are remembered.
it('shows others than administrators what is left, and no button', async () => {
  const google = new FakeGoogle();
  const left = { ...FAILED, notUndone: ['endpoint `fraud-staging`'] };
  google.portal.deployments = [left];
  renderPageOn(google, {
    path: `${PAGE}/deployments/${left.id}`,
    permissions: name => name !== 'vertex-ai.administer',
  });
  await screen.findByText('Could not be removed', {}, WAIT);
  await screen.findByText(/no quota/, {}, WAIT);
  expect(screen.queryByRole('button', { name: /what is left/ })).toBeNull();
});
