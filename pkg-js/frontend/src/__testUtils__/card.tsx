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
import { screen } from '@testing-library/react';
import type { JSX } from 'react';
import { type FakeGoogle, fraudDetector, PORTAL } from './google';

/** The core tries twice, with a pause in between, before it reports a failure. */
export const AFTER_RETRY = { timeout: 5_000 };

/** The browser's `fetch` while a card is rendered. */
export const globalFetch = jest.fn(async () => {
  throw new Error('the cards must use the fetch API only');
});

/** Renders a card of an entity. */
export function renderCardOn(
  google: FakeGoogle,
  card: JSX.Element,
  entity: Entity = fraudDetector(),
) {
  Object.assign(globalThis, { fetch: globalFetch });
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
      ]}
    >
      <EntityProvider entity={entity}>{card}</EntityProvider>
    </TestApiProvider>,
    { mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef } },
  );
}

/** The headline of a card. */
export const headline = (name: string | RegExp, options?: object) =>
  screen.findByRole('heading', { level: 3, name }, options);
