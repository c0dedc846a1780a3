import {
  configApiRef,
  discoveryApiRef,
  fetchApiRef,
} from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { CHECKED, SUCCEEDED } from '../__testUtils__/deployments';
import { FakeGoogle, fraudDetector, PORTAL } from '../__testUtils__/google';
import { DeploymentSummaryField } from './DeploymentSummaryField';
import type { FormPlace } from './formPlace';

const ENDPOINT = 'google.com/vertex-ai-endpoint';
const WAIT = { timeout: 5_000 };

jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

/** Renders the field in a form, and returns how to read what it holds. */
function renderForm(data: object, options?: FormPlace) {
  const entity = fraudDetector({
    [`${ENDPOINT}.staging`]: 'fraud-staging',
    [`${ENDPOINT}.production`]: 'fraud-production',
  });
  let held: string | undefined;
  const formData = { entity: 'component:default/fraud-detector', ...data };
  function Form() {
    const [summary, hold] = useState('of before');
    held = summary;
    const props: any = {
      formData: summary,
      formContext: { formData },
      schema: { title: 'What will be deployed' },
      uiSchema: { 'ui:options': options },
      onChange: hold,
    };
    return <DeploymentSummaryField {...props} />;
  }
  renderInTestApp(
    <TestApiProvider
      apis={[
        [catalogApiRef, catalogApiMock({ entities: [entity] })],
        [configApiRef, mockApis.config()],
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
      ]}
    >
      <Form />
    </TestApiProvider>,
  );
  return () => held;
}

it('holds what will be deployed, with the chosen environment and version', async () => {
  const held = renderForm({ environment: 'staging', modelVersion: '10' });
  await waitFor(
    () =>
      expect(held()).toBe(
        'fraud-detector@10 to fraud-staging in us-central1, all traffic',
      ),
    WAIT,
  );
  expect(
    screen.getByText(/^fraud-detector@10 to fraud-staging/),
  ).toBeInTheDocument();
});

it('checks on demand what will be deployed', async () => {
  const bodies: object[] = [];
  google.portal.preflight = ({ body }) => {
    bodies.push(JSON.parse(String(body)));
    return new Response(JSON.stringify(CHECKED));
  };
  renderForm({ environment: 'staging', modelVersion: '10' });
  const button = await screen.findByRole(
    'button',
    { name: 'Check deployment' },
    WAIT,
  );
  await userEvent.click(button);
  expect(
    await screen.findByText('1 ok, 1 no, 1 unknown', {}, WAIT),
  ).toBeVisible();
  expect(bodies).toEqual([
    {
      entityRef: 'component:default/fraud-detector',
      environment: 'staging',
      modelVersion: '10',
    },
  ]);
});

it('holds nothing for an environment that the entity does not have', async () => {
  const held = renderForm({ environment: 'prod' });
  await waitFor(() => expect(held()).toBeUndefined(), WAIT);
});

describe('of a promotion', () => {
  const promotion = { fromParameter: 'from' };
  const chosen = { from: 'staging', environment: 'production' };

  it('holds the version that the other environment deployed last', async () => {
    google.portal.deployments = [
      {
        ...SUCCEEDED,
        environment: 'staging',
        model: 'projects/acme-ml/locations/us-central1/models/fraud-detector@7',
      },
    ];
    const held = renderForm(chosen, promotion);
    await waitFor(
      () =>
        expect(held()).toBe(
          'fraud-detector@7 to fraud-production in us-central1, all traffic',
        ),
      WAIT,
    );
  });

  it('shows why nothing can be promoted, and holds nothing', async () => {
    const held = renderForm(chosen, promotion);
    expect(
      await screen.findByText(/no deployment of the entity has succeeded/),
    ).toBeVisible();
    expect(held()).toBeUndefined();
  });

  it('waits for both environments', async () => {
    const held = renderForm({ ...chosen, environment: 'prod' }, promotion);
    await waitFor(() => expect(held()).toBeUndefined(), WAIT);
    expect(google.portal.calls).toEqual([]);
  });
});
