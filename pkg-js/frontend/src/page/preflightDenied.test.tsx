/** The checks before a deployment for users without the permission. Backstage remembers permissions for as long as a test file runs. */
import { screen } from '@testing-library/react';
import { FakeGoogle, SERVING } from '../__testUtils__/google';
import { renderPageOn, WAIT } from '../__testUtils__/page';

jest.setTimeout(30_000);

it('offers no check of a deployment that the user may not start', async () => {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  renderPageOn(google, {
    permissions: name => name !== 'vertex-ai.deployment.start',
  });
  await screen.findByText('Serving version 3', {}, WAIT);
  expect(
    screen.queryByRole('button', { name: 'Check deployment' }),
  ).not.toBeInTheDocument();
});
