import { fetchApiRef, discoveryApiRef } from '@backstage/core-plugin-api';
import { mockApis, renderTestApp } from '@backstage/frontend-test-utils';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { screen } from '@testing-library/react';
import {
  FakeGoogle,
  fraudDetector,
  PORTAL,
  SERVING,
  website,
} from './__testUtils__/google';
import vertexAiPlugin from './index';

/** Renders the catalog's entity page with the plugin installed. */
function renderEntityPage(name: string) {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  renderTestApp({
    features: [catalogPlugin, vertexAiPlugin],
    initialRouteEntries: [`/catalog/default/component/${name}`],
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
      await screen.findByText('Serving version 3', {}, { timeout: 10_000 }),
    ).toBeInTheDocument();
    expect(await screen.findByText('You can deploy here')).toBeInTheDocument();
    expect(google.calls).toHaveLength(3);
  }, 30_000);

  it('shows nothing for other entities', async () => {
    const google = renderEntityPage('website');
    expect(
      await screen.findAllByText('The public website', {}, { timeout: 10_000 }),
    ).not.toHaveLength(0);
    expect(screen.queryByText(/Vertex AI/)).not.toBeInTheDocument();
    expect(google.calls).toEqual([]);
  }, 30_000);
});
