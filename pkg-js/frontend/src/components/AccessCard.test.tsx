import type { Entity } from '@backstage/catalog-model';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { headline, renderCardOn } from '../__testUtils__/card';
import {
  FakeGoogle,
  fraudDetector,
  json,
  COMPLETE,
  MISSING,
  PORTAL,
} from '../__testUtils__/google';
import { AccessCard } from './AccessCard';

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = (entity?: Entity) =>
  renderCardOn(google, <AccessCard />, entity);

const rowsOf = (name: string) =>
  within(screen.getByRole('table', { name }))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

describe('the access card', () => {
  it('announces that it loads, and requests the report of the entity', async () => {
    let answer!: (response: Response) => void;
    google.instead = () =>
      new Promise(resolve => {
        answer = resolve;
      });
    renderCard();
    expect(
      await screen.findByRole('status', { name: 'Loading your access' }),
    ).toBeInTheDocument();
    const refresh = screen.getByRole('button', { name: /Refresh/ });
    expect(refresh).toHaveAttribute('aria-disabled', 'true');

    await waitFor(() => expect(google.calls).toHaveLength(1));
    answer(json(COMPLETE));
    await headline('You can deploy here');
    expect(refresh).not.toHaveAttribute('aria-disabled');
    const [{ url, init }] = google.calls;
    expect(url).toBe(`${PORTAL}/api/proxy/vertex-ai/access`);
    expect(JSON.parse(String(init.body))).toEqual({
      source: { entity: fraudDetector() },
    });
  });

  it('lists allowed and denied actions in words, without a request where nothing is missing', async () => {
    renderCard();
    await headline('You can deploy here');
    expect(rowsOf('Your access')).toEqual([
      'Deploy to the endpoint✓ Yes–',
      'Send predictions✕ Noaiplatform.endpoints.predict',
      'View the endpoint? Unknown–',
    ]);
    expect(
      screen.getByText(/^Google identifies you as principal:/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('table', { name: /Missing/ })).toBeNull();
    expect(screen.queryByRole('link')).toBeNull();
  });

  it('lists missing permissions and grantors, and links to a filled-in request', async () => {
    google.access = MISSING;
    renderCard();
    await headline('You are missing 3 permissions to deploy here');
    expect(rowsOf('Missing permissions to deploy')).toEqual([
      expect.stringMatching(
        /^aiplatform\.endpoints\.deployprojects\/.*the model is not deployed$/,
      ),
      expect.stringMatching(/^aiplatform\.endpoints\.undeploy/),
    ]);
    expect(
      screen.getByText(/Missing in Backstage: vertex-ai\.deploy\./),
    ).toBeInTheDocument();
    const names = screen.getByRole('list', {
      name: 'Who can grant access',
    });
    expect(within(names).getByRole('link')).toHaveAttribute(
      'href',
      '/catalog/default/group/cloud-admins',
    );
    expect(
      within(names).getByText('user:owner@acme.example'),
    ).toBeInTheDocument();

    const link = screen.getByRole('link', { name: 'Request access' });
    const { pathname, searchParams } = new URL(
      link.getAttribute('href')!,
      PORTAL,
    );
    expect(pathname).toBe('/create/templates/default/request-access');
    expect(JSON.parse(searchParams.get('formData')!)).toEqual(MISSING.request);
  });

  it('offers no request where all users share one account', async () => {
    google.access = { ...MISSING, request: undefined };
    renderCard();
    await headline('You are missing 3 permissions to deploy here');
    expect(screen.queryByRole('link', { name: 'Request access' })).toBeNull();
  });

  it('shows nothing of an entity on the page of another', async () => {
    google.access = MISSING;
    const other = { ...fraudDetector() };
    other.metadata = { ...other.metadata, name: 'churn-detector' };
    function Page() {
      const [entity, setEntity] = useState(fraudDetector());
      return (
        <EntityProvider entity={entity}>
          <AccessCard />
          <button onClick={() => setEntity(other)}>next</button>
        </EntityProvider>
      );
    }
    renderCardOn(google, <Page />);
    await headline('You are missing 3 permissions to deploy here');
    google.instead = () => new Response('', { status: 503 });
    await userEvent.click(screen.getByRole('button', { name: 'next' }));
    expect(
      await screen.findByText('Error: the portal responded with HTTP 503'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Request access' })).toBeNull();
  });

  it('names the configuration key where no grantor is known', async () => {
    google.access = { ...MISSING, grantors: [] };
    renderCard();
    expect(
      await screen.findByText('vertexAi.access.grantors'),
    ).toBeInTheDocument();
  });

  it('names the annotations of an entity without any', async () => {
    google.access = { ...COMPLETE, state: 'not-annotated', abilities: [] };
    renderCard();
    expect(
      await screen.findByText(/google\.com\/vertex-ai-model/),
    ).toBeInTheDocument();
  });

  it('shows why the portal denies the request, and retries on request', async () => {
    const diagnostic = {
      code: 'portal/refused',
      severity: 'error',
      message: 'you lack the Backstage permission `vertex-ai.read`',
    };
    google.instead = () => json({ error: {}, diagnostic }, 403);
    renderCard();
    expect(
      await screen.findByText(/^Error: you lack the Backstage permission/),
    ).toBeInTheDocument();

    google.instead = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await headline('You can deploy here');
  });

  it('reports a portal that does not respond or responds with an error page', async () => {
    google.instead = () => {
      throw new TypeError('failed to fetch');
    };
    renderCard();
    expect(
      await screen.findByText('Error: the portal does not respond'),
    ).toBeInTheDocument();

    google.instead = () => new Response('<html>', { status: 502 });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByText('Error: the portal responded with HTTP 502'),
    ).toBeInTheDocument();
  });

  it('keeps the last report, marked as out of date, when a refresh fails', async () => {
    renderCard();
    await headline('You can deploy here');
    google.instead = () => new Response('', { status: 503 });
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(await screen.findByText(/Out of date\./)).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'You can deploy here' }),
    ).toBeInTheDocument();

    google.instead = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await headline('You can deploy here');
    expect(screen.queryByText(/Out of date\./)).toBeNull();
  });

  it('marks an old report as out of date', async () => {
    google.access = { ...COMPLETE, staleAt: COMPLETE.observedAt };
    renderCard();
    expect(await screen.findByText(/Out of date\./)).toBeInTheDocument();
  });
});
