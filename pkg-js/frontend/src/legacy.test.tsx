import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import { EntitySwitch } from '@backstage/plugin-catalog';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/test-utils';
import { screen } from '@testing-library/react';
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
  isVertexAiAvailable,
} from './legacy';

/** Renders an `EntityPage.tsx` of an app on the legacy frontend system. */
async function renderPage(entity = fraudDetector()) {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  await renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
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
      await screen.findByText('Serving version 3', {}, { timeout: 10_000 }),
    ).toBeInTheDocument();
    expect(
      screen.getByRole('table', { name: 'Deployed models' }),
    ).toBeInTheDocument();
    expect(await screen.findByText('You can deploy here')).toBeInTheDocument();
  }, 30_000);

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
  }, 30_000);

  it('shows nothing on other entities', async () => {
    const google = await renderPage(website);
    expect(await screen.findByText('no cards')).toBeInTheDocument();
    expect(google.calls).toEqual([]);
  }, 30_000);
});
