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
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import {
  FakeGoogle,
  fraudDetector,
  PORTAL,
  refusal,
} from '../__testUtils__/google';
import { ModelVersionField } from './ModelVersionField';

const ENDPOINT = 'google.com/vertex-ai-endpoint';
const WAIT = { timeout: 5_000 };

jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.versions = [
    { versionId: '2', versionAliases: [] },
    {
      versionId: '10',
      versionAliases: ['default'],
      versionCreateTime: '2026-11-24T12:00:00Z',
    },
  ];
});

/** Renders the field in a form, and returns how to read what it holds. */
function renderForm(data: Record<string, unknown> = {}) {
  const entity = fraudDetector({
    [`${ENDPOINT}.staging`]: 'fraud-staging',
  });
  let held: Record<string, unknown> = {
    entity: 'component:default/fraud-detector',
    ...data,
  };
  function Form() {
    const [formData, hold] = useState(held);
    held = formData;
    const field = (name: string, title: string): any => ({
      formData: formData[name],
      formContext: { formData },
      schema: { title },
      onChange: (value: unknown) =>
        hold(before => ({ ...before, [name]: value })),
    });
    return <ModelVersionField {...field('modelVersion', 'Model version')} />;
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

describe('the field of the version', () => {
  it('offers the versions of the model, newest first, and the annotated one', async () => {
    const held = renderForm();
    const select = await screen.findByRole(
      'button',
      { name: /Model version/ },
      WAIT,
    );
    expect(select).toHaveTextContent('The version in the annotation');
    await userEvent.click(select);
    const options = await screen.findAllByRole('option');
    const date = new Date('2026-11-24T12:00:00Z').toLocaleDateString();
    expect(options.map(({ textContent }) => textContent)).toEqual([
      'The version in the annotation',
      `10, default · ${date}`,
      '2',
    ]);
    await userEvent.click(options[1]);
    expect(held().modelVersion).toBe('10');
    const [call] = google.calls;
    expect(call.url).toMatch(/models\/fraud-detector:listVersions/);
  });

  it('keeps an alias that a link has filled in', async () => {
    const held = renderForm({ modelVersion: 'champion' });
    const select = await screen.findByRole(
      'button',
      { name: /Model version/ },
      WAIT,
    );
    expect(select).toHaveTextContent('champion');
    expect(held().modelVersion).toBe('champion');
  });

  it('takes a text, and shows why, where the versions cannot be read', async () => {
    google.instead = () => refusal(403, 'PERMISSION_DENIED', 'you lack access');
    const held = renderForm();
    const input = await screen.findByRole(
      'textbox',
      { name: 'Model version' },
      WAIT,
    );
    expect(screen.getByText(/you lack access/)).toBeInTheDocument();
    await userEvent.type(input, '7');
    expect(held().modelVersion).toBe('7');
    await userEvent.clear(input);
    expect(held().modelVersion).toBeUndefined();
  });

  it('waits for an entity', async () => {
    renderForm({ entity: undefined });
    expect(
      await screen.findByText('Choose an entity first.', {}, WAIT),
    ).toBeVisible();
    expect(google.calls).toEqual([]);
  });
});
