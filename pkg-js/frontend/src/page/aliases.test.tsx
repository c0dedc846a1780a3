import { screen } from '@testing-library/react';
import { SUCCEEDED } from '../__testUtils__/deployments';
import { FakeGoogle } from '../__testUtils__/google';
import { PAGE, renderPageOn, WAIT } from '../__testUtils__/page';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

async function facts(more: object) {
  const google = new FakeGoogle();
  google.portal.deployments = [{ ...SUCCEEDED, ...more }];
  renderPageOn(google, { path: `${PAGE}/deployments/${SUCCEEDED.id}` });
  return screen.findByLabelText('Facts', {}, WAIT);
}

it('shows the alias that named the version, and the one that names it since', async () => {
  const shown = await facts({ resolvedAlias: 'next', movedAlias: 'champion' });
  expect(shown).toHaveTextContent('Version named by the aliasnext');
  expect(shown).toHaveTextContent('Alias moved to this versionchampion');
});

it('shows no alias where the annotations name a version', async () => {
  expect(await facts({})).not.toHaveTextContent(/alias/i);
});
