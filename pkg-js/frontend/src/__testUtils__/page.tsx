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
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { screen, within } from '@testing-library/react';
import { Route, Routes } from 'react-router-dom';
import { VertexAiContent } from '../page/VertexAiContent';
import { contentRouteRef } from '../routes';
import { type FakeGoogle, fraudDetector, PORTAL } from './google';

/** Path of the tab. */
export const PAGE = '/catalog/default/component/fraud-detector/vertex-ai';
export const WAIT = { timeout: 5_000 };

/** Renders the tab of an entity, or the page of a deployment below it. */
export function renderPageOn(
  google: FakeGoogle,
  options: {
    entity?: Entity;
    path?: string;
    permissions?: (name: string) => boolean;
  } = {},
) {
  const {
    entity = fraudDetector(),
    path = PAGE,
    permissions = () => true,
  } = options;
  const permissionApi = mockApis.permission({
    authorize: ({ permission }) =>
      permissions(permission.name)
        ? AuthorizeResult.ALLOW
        : AuthorizeResult.DENY,
  });
  return renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
        [permissionApiRef, permissionApi],
      ]}
    >
      <EntityProvider entity={entity}>
        <Routes>
          <Route path={`${PAGE}/*`} element={<VertexAiContent />} />
        </Routes>
      </EntityProvider>
    </TestApiProvider>,
    {
      initialRouteEntries: [path],
      mountedRoutes: {
        '/catalog/:namespace/:kind/:name': entityRouteRef,
        [PAGE]: contentRouteRef,
      },
    },
  );
}

/** The section of the page with a heading. */
export const section = (name: string) =>
  screen.findByRole('region', { name }, WAIT);

/** The texts of the history's rows. */
export async function rows() {
  const table = await screen.findByRole(
    'table',
    { name: 'Deployments, newest first' },
    WAIT,
  );
  return within(table)
    .getAllByRole('row')
    .slice(1)
    .map(row =>
      [
        within(row).getByRole('rowheader'),
        ...within(row).getAllByRole('cell'),
      ].map(cell => cell.textContent),
    );
}
