import { fetchApiRef, discoveryApiRef } from '@backstage/core-plugin-api';
import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { screen } from '@testing-library/react';
import { SUCCEEDED } from './__testUtils__/deployments';
import {
  FakeGoogle,
  fraudDetector,
  PORTAL,
  SERVING,
  website,
} from './__testUtils__/google';
import vertexAiPlugin from './index';

const TAB = '/catalog/default/component/fraud-detector/vertex-ai';

/** Renders the catalog's entity page with the plugin installed, at a path below the page. */
function renderEntityPage(name: string, path = '') {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  google.portal.deployments = [SUCCEEDED];
  renderTestApp({
    features: [catalogPlugin, vertexAiPlugin],
    initialRouteEntries: [`/catalog/default/component/${name}${path}`],
    apis: [
      [catalogApiRef, catalogApiMock({ entities: [fraudDetector(), website] })],
      [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
      [fetchApiRef, { fetch: google.fetch }],
    ],
  });
  return google;
}

describe('on the catalog’s entity page', () => {
  it('shows both cards for an entity with annotations', async () => {
    const google = renderEntityPage('fraud-detector');
    expect(
      await screen.findByText('Serving version 3', {}, { timeout: 25_000 }),
    ).toBeInTheDocument();
    expect(await screen.findByText('You can deploy here')).toBeInTheDocument();
    // Both cards share one request for the user's access.
    expect(google.calls).toHaveLength(3);
    expect(
      await screen.findByRole('link', { name: 'Deployments' }),
    ).toHaveAttribute('href', TAB);
  }, 60_000);

  it('has a tab with the history, and a page for each deployment', async () => {
    renderEntityPage('fraud-detector', '/vertex-ai');
    const link = await screen.findByRole(
      'link',
      { name: 'fraud-detector@2' },
      { timeout: 25_000 },
    );
    expect(link).toHaveAttribute('href', `${TAB}/deployments/${SUCCEEDED.id}`);
  }, 60_000);

  it('has a page for each deployment, which leads back', async () => {
    renderEntityPage(
      'fraud-detector',
      `/vertex-ai/deployments/${SUCCEEDED.id}`,
    );
    expect(
      await screen.findByRole(
        'heading',
        { name: 'Deployment of fraud-detector@2' },
        { timeout: 25_000 },
      ),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('link', { name: 'All deployments' }),
    ).toHaveAttribute('href', TAB);
  }, 60_000);

  it('shows nothing for other entities', async () => {
    const google = renderEntityPage('website');
    expect(
      await screen.findAllByText('The public website', {}, { timeout: 25_000 }),
    ).not.toHaveLength(0);
    expect(screen.queryByText(/Vertex AI/)).not.toBeInTheDocument();
    expect(google.calls).toEqual([]);
  }, 60_000);
});
