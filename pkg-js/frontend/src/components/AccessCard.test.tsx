import type { Entity } from '@backstage/catalog-model';
import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import {
  FakeGoogle,
  fraudDetector,
  json,
  MAY_DEPLOY,
  MAY_NOT_DEPLOY,
  PORTAL,
} from '../__testUtils__/google';
import { AccessCard } from './AccessCard';

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = (entity: Entity = fraudDetector()) =>
  renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
      ]}
    >
      <EntityProvider entity={entity}>
        <AccessCard />
      </EntityProvider>
    </TestApiProvider>,
    { mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef } },
  );

const headline = (name: string) =>
  screen.findByRole('heading', { level: 3, name });
const rowsOf = (name: string) =>
  within(screen.getByRole('table', { name }))
    .getAllByRole('row')
    .slice(1)
    .map(row => row.textContent);

describe('the card about rights', () => {
  it('says that it is asking until there is an answer, and for what it asks', async () => {
    let answer!: (response: Response) => void;
    google.instead = () =>
      new Promise(resolve => {
        answer = resolve;
      });
    renderCard();
    expect(
      await screen.findByRole('status', { name: 'Asking what you may do' }),
    ).toBeInTheDocument();
    const again = screen.getByRole('button', { name: /Look again/ });
    expect(again).toHaveAttribute('aria-disabled', 'true');

    answer(json(MAY_DEPLOY));
    await headline('You can deploy here');
    expect(again).not.toHaveAttribute('aria-disabled');
    const [{ url, init }] = google.calls;
    expect(url).toBe(`${PORTAL}/api/proxy/vertex-ai/access`);
    expect(JSON.parse(String(init.body))).toEqual({
      source: { entity: fraudDetector() },
    });
  });

  it('tells in words what may be done and what not, and offers no request where nothing is missing', async () => {
    renderCard();
    await headline('You can deploy here');
    expect(rowsOf('What you may do here')).toEqual([
      'Deploy to the endpoint✓ Yes–',
      'Send predictions✕ Noaiplatform.endpoints.predict',
      'See what serves? Not known–',
    ]);
    expect(
      screen.getByText(/^Google knows you as principal:/),
    ).toBeInTheDocument();
    expect(screen.queryByRole('table', { name: /Missing/ })).toBeNull();
    expect(screen.queryByRole('link')).toBeNull();
  });

  it('tells what is missing, why, who can give it, and starts the request with that', async () => {
    google.access = MAY_NOT_DEPLOY;
    renderCard();
    await headline('You lack 3 rights to deploy here');
    expect(rowsOf('Missing for a deployment')).toEqual([
      expect.stringMatching(
        /^aiplatform\.endpoints\.deployprojects\/.*the model is not deployed$/,
      ),
      expect.stringMatching(/^aiplatform\.endpoints\.undeploy/),
    ]);
    expect(
      screen.getByText(/Missing in Backstage: vertex-ai\.deploy\./),
    ).toBeInTheDocument();
    const names = screen.getByRole('list', {
      name: 'Who can give these rights',
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
    expect(JSON.parse(searchParams.get('formData')!)).toEqual(
      MAY_NOT_DEPLOY.request,
    );
  });

  it('offers no request where everybody is the same account', async () => {
    google.access = { ...MAY_NOT_DEPLOY, request: undefined };
    renderCard();
    await headline('You lack 3 rights to deploy here');
    expect(screen.queryByRole('link', { name: 'Request access' })).toBeNull();
  });

  it('begins anew with another entity', async () => {
    google.access = MAY_NOT_DEPLOY;
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
    renderInTestApp(
      <TestApiProvider
        apis={[
          [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
          [fetchApiRef, { fetch: google.fetch }],
        ]}
      >
        <Page />
      </TestApiProvider>,
      { mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef } },
    );
    await headline('You lack 3 rights to deploy here');
    google.instead = () => new Response('', { status: 503 });
    await userEvent.click(screen.getByRole('button', { name: 'next' }));
    expect(
      await screen.findByText('Error: the portal answered HTTP 503'),
    ).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Request access' })).toBeNull();
  });

  it('says where to name them when nobody is known who can give it', async () => {
    google.access = { ...MAY_NOT_DEPLOY, grantors: [] };
    renderCard();
    expect(
      await screen.findByText('vertexAi.access.grantors'),
    ).toBeInTheDocument();
  });

  it('names the annotations that are missing', async () => {
    google.access = { ...MAY_DEPLOY, state: 'not-annotated', abilities: [] };
    renderCard();
    expect(
      await screen.findByText(/google\.com\/vertex-ai-model/),
    ).toBeInTheDocument();
  });

  it('says why the portal refuses, and asks again when told to', async () => {
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

  it('says so when the portal does not answer, or answers nonsense', async () => {
    google.instead = () => {
      throw new TypeError('failed to fetch');
    };
    renderCard();
    expect(
      await screen.findByText('Error: the portal does not answer'),
    ).toBeInTheDocument();

    google.instead = () => new Response('<html>', { status: 502 });
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(
      await screen.findByText('Error: the portal answered HTTP 502'),
    ).toBeInTheDocument();
  });

  it('keeps what it knew, and says that it is stale, when it cannot ask again', async () => {
    renderCard();
    await headline('You can deploy here');
    google.instead = () => new Response('', { status: 503 });
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    expect(await screen.findByText(/Stale\./)).toBeInTheDocument();
    expect(
      screen.getByRole('heading', { name: 'You can deploy here' }),
    ).toBeInTheDocument();

    google.instead = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await headline('You can deploy here');
    expect(screen.queryByText(/Stale\./)).toBeNull();
  });

  it('is stale when it is old', async () => {
    google.access = { ...MAY_DEPLOY, staleAt: MAY_DEPLOY.observedAt };
    renderCard();
    expect(await screen.findByText(/Stale\./)).toBeInTheDocument();
  });
});
