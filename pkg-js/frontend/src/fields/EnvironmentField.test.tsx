import type { Entity } from '@backstage/catalog-model';
import { configApiRef } from '@backstage/core-plugin-api';
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
import { fraudDetector, website } from '../__testUtils__/google';
import { EnvironmentField } from './EnvironmentField';
import type { EnvironmentOptions } from './environments';
import { validateEnvironment } from './validateEnvironment';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

const ENDPOINT = 'google.com/vertex-ai-endpoint';
const REF = 'component:default/fraud-detector';

/** Shares the plain annotations, and has an endpoint for each environment. */
const SHARED = fraudDetector({
  [ENDPOINT]: undefined,
  [`${ENDPOINT}.staging`]: 'fraud-staging',
  [`${ENDPOINT}.production`]: 'fraud-production',
});

const apis = (entities: Entity[]) =>
  [
    [catalogApiRef, catalogApiMock({ entities })],
    [configApiRef, mockApis.config()],
  ] as const;

/** Renders the field in a form that keeps its value, and returns the spy on `onChange`. */
function renderField(
  entity: Entity,
  entityRef?: string,
  value?: string,
  options?: EnvironmentOptions,
) {
  const onChange = jest.fn();
  function Form() {
    const [held, hold] = useState(value);
    const props: any = {
      formData: held,
      formContext: { formData: { entity: entityRef } },
      schema: { title: 'Environment' },
      uiSchema: { 'ui:options': options },
      onChange: (next?: string) => {
        hold(next);
        onChange(next);
      },
    };
    return <EnvironmentField {...props} />;
  }
  renderInTestApp(
    <TestApiProvider apis={apis([entity, website])}>
      <Form />
    </TestApiProvider>,
  );
  return onChange;
}

/** The errors that block the form. */
async function errorsOf(entity: Entity, environment?: string) {
  const errors: string[] = [];
  const field: any = { addError: (error: string) => errors.push(error) };
  const holder = new Map<unknown, unknown>(apis([entity]));
  await validateEnvironment(environment as string, field, {
    apiHolder: holder as any,
    formData: { entity: REF },
    schema: {},
  });
  return errors;
}

describe('the field', () => {
  it('offers the environments of the entity, and shows what will be deployed', async () => {
    const user = userEvent.setup();
    const onChange = renderField(SHARED, REF);
    const select = await screen.findByRole('button', { name: /Environment/ });
    expect(screen.queryByLabelText('What will be deployed')).toBeNull();
    select.focus();
    await user.keyboard('{Enter}');
    const options = await screen.findAllByRole('option');
    expect(options.map(({ textContent }) => textContent)).toEqual([
      'production',
      'staging',
    ]);
    await user.click(options[1]);
    expect(onChange).toHaveBeenLastCalledWith('staging');
    const summary = await screen.findByLabelText('What will be deployed');
    expect(summary).toHaveTextContent('endpoints/fraud-staging');
    expect(summary).toHaveTextContent('models/fraud-detector@3');
    expect(summary).toHaveTextContent('Traffic100 %');
  });

  it('chooses the only environment itself', async () => {
    const only = fraudDetector({
      [ENDPOINT]: undefined,
      [`${ENDPOINT}.staging`]: 'fraud-staging',
    });
    const onChange = renderField(only, REF);
    expect(
      await screen.findByText('Environment: staging, the only one'),
    ).toBeInTheDocument();
    expect(onChange).toHaveBeenCalledWith('staging');
  });

  it('offers no choice where the annotations name no environment, and drops that of another entity', async () => {
    const onChange = renderField(fraudDetector(), REF, 'staging');
    expect(
      await screen.findByLabelText('What will be deployed'),
    ).toHaveTextContent('endpoints/fraud-detector');
    expect(onChange).toHaveBeenCalledWith(undefined);
    expect(screen.queryByRole('button')).not.toBeInTheDocument();
  });

  it('shows no summary where the form does without', async () => {
    renderField(SHARED, REF, 'staging', { hasSummary: false });
    const select = await screen.findByRole('button', { name: /Environment/ });
    expect(select).toHaveTextContent('staging');
    expect(screen.queryByLabelText('What will be deployed')).toBeNull();
  });

  it('asks for an entity first, and says when it does not exist', async () => {
    renderField(SHARED);
    expect(
      await screen.findByText('Choose an entity first.'),
    ).toBeInTheDocument();
  });

  it('says that the entity does not exist', async () => {
    renderField(SHARED, 'component:default/nowhere');
    expect(
      await screen.findByText(/component:default\/nowhere is missing/),
    ).toBeInTheDocument();
  });
});

describe('the validation of the form', () => {
  it('passes an environment of the entity', async () => {
    expect(await errorsOf(SHARED, 'staging')).toEqual([]);
    expect(await errorsOf(fraudDetector())).toEqual([]);
  });

  it('blocks an environment that no annotation names', async () => {
    expect(await errorsOf(SHARED, 'stagin')).toEqual([
      'no annotation names the environment "stagin" (environment/unknown)',
    ]);
  });

  it('blocks a form without an environment where all annotations name one', async () => {
    expect(await errorsOf(SHARED)).toEqual([
      'the annotations are for environments only (environment/unknown)',
    ]);
  });

  it('blocks errors of that environment, and of no other', async () => {
    const key = 'google.com/vertex-ai-replicas.staging';
    const wrong = fraudDetector({
      [`${ENDPOINT}.staging`]: 'fraud-staging',
      [key]: '3-1',
    });
    expect(await errorsOf(wrong, 'staging')).toEqual([
      expect.stringContaining('(replicas/reversed)'),
    ]);
    expect(await errorsOf(wrong)).toEqual([]);
  });
});
