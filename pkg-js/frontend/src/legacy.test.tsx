import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import { EntitySwitch } from '@backstage/plugin-catalog';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/test-utils';
import { screen } from '@testing-library/react';
import { Route, Routes } from 'react-router-dom';
import { SUCCEEDED } from './__testUtils__/deployments';
import {
  FakeGoogle,
  fraudDetector,
  PORTAL,
  SERVING,
  website,
} from './__testUtils__/google';
import {
  EntityVertexAiAccessCard,
  EntityVertexAiCard,
  EntityVertexAiContent,
  isVertexAiAvailable,
} from './legacy';

const PAGE = '/catalog/default/component/fraud-detector';

/** Renders the card and the tab at their paths, and shows one below the entity page. */
async function renderTab(path: string) {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  google.portal.deployments = [SUCCEEDED];
  await renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
        [permissionApiRef, mockApis.permission()],
      ]}
    >
      <EntityProvider entity={fraudDetector()}>
        <Routes>
          <Route path={PAGE} element={<EntityVertexAiCard />} />
          <Route path={`${PAGE}/vertex-ai`} element={<EntityVertexAiContent />}>
            <Route path="*" />
          </Route>
        </Routes>
      </EntityProvider>
    </TestApiProvider>,
    {
      routeEntries: [`${PAGE}${path}`],
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
    },
  );
}

/** Renders an `EntityPage.tsx` of an app on the legacy frontend system. */
async function renderPage(entity = fraudDetector()) {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  await renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
        [permissionApiRef, mockApis.permission()],
      ]}
    >
      <EntityProvider entity={entity}>
        <EntitySwitch>
          <EntitySwitch.Case if={isVertexAiAvailable}>
            <EntityVertexAiCard />
            <EntityVertexAiAccessCard />
          </EntitySwitch.Case>
          <EntitySwitch.Case>no cards</EntitySwitch.Case>
        </EntitySwitch>
      </EntityProvider>
    </TestApiProvider>,
  );
  return google;
}

describe('in a legacy app', () => {
  it('shows both cards', async () => {
    await renderPage();
    expect(
      await screen.findByText('Serving version 3', {}, { timeout: 25_000 }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('table', { name: 'Deployed models' }),
    ).toBeInTheDocument();
    expect(await screen.findByText('You can deploy here')).toBeInTheDocument();
  }, 60_000);

  it('shows the cards where only an environment is annotated', async () => {
    const google = await renderPage(
      fraudDetector({
        'google.com/vertex-ai-endpoint': undefined,
        'google.com/vertex-ai-model': undefined,
        'google.com/vertex-ai-model.staging': 'fraud-detector@3',
      }),
    );
    expect(
      await screen.findByRole('heading', { name: 'Vertex AI' }),
    ).toBeInTheDocument();
    expect(google.calls.map(({ url }) => url)).toEqual([
      `${PORTAL}/api/proxy/vertex-ai/access`,
    ]);
  }, 60_000);

  it('shows the tab with the history and a page for each deployment', async () => {
    await renderTab('/vertex-ai');
    const link = await screen.findByRole(
      'link',
      { name: 'fraud-detector@2' },
      { timeout: 25_000 },
    );
    expect(link).toHaveAttribute(
      'href',
      `${PAGE}/vertex-ai/deployments/${SUCCEEDED.id}`,
    );
  }, 60_000);

  it('shows a deployment at its own address', async () => {
    await renderTab(`/vertex-ai/deployments/${SUCCEEDED.id}`);
    expect(
      await screen.findByRole(
        'heading',
        { name: 'Deployment of fraud-detector@2' },
        { timeout: 25_000 },
      ),
    ).toBeInTheDocument();
  }, 60_000);

  it('links from the card to the tab', async () => {
    await renderTab('');
    expect(
      await screen.findByRole(
        'link',
        { name: 'Deployments' },
        { timeout: 25_000 },
      ),
    ).toHaveAttribute('href', `${PAGE}/vertex-ai`);
  }, 60_000);

  it('shows nothing on other entities', async () => {
    const google = await renderPage(website);
    expect(await screen.findByText('no cards')).toBeInTheDocument();
    expect(google.calls).toEqual([]);
  }, 60_000);
});
