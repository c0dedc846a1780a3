/** The container's log for users without the permission. Backstage remembers permissions for as long as a test file runs. */
import { within } from '@testing-library/react';
import { FAILED } from '../__testUtils__/deployments';
import { FakeGoogle, SERVING } from '../__testUtils__/google';
import { PAGE, renderPageOn, section, WAIT } from '../__testUtils__/page';

jest.setTimeout(30_000);

it('names the permission, and asks for no log', async () => {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  google.portal.deployments = [FAILED];
  renderPageOn(google, {
    path: `${PAGE}/deployments/${FAILED.id}`,
    permissions: name => name !== 'vertex-ai.logs',
  });
  const found = await section('Container log');
  await within(found).findByText(
    /^You need the permission vertex-ai.logs on this entity/,
    {},
    WAIT,
  );
  expect(within(found).queryByText('Show the last lines')).toBeNull();
  const { calls } = google.portal;
  expect(calls.filter(({ path }) => path.endsWith('/log'))).toEqual([]);
});
