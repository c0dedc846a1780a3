/** The templates' own picker with Backstage's component, and the field of the environment below it. */
import { type Entity, stringifyEntityRef } from '@backstage/catalog-model';
import { configApiRef, getComponentData } from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import {
  catalogApiRef,
  entityPresentationApiRef,
} from '@backstage/plugin-catalog-react';
import { catalogApiMock } from '@backstage/plugin-catalog-react/testUtils';
import { EntityPickerFieldExtension } from '@backstage/plugin-scaffolder';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ComponentType, useState } from 'react';
import { parse } from 'yaml';
import { fraudDetector } from '../__testUtils__/google';
import { EnvironmentField } from './EnvironmentField';
import { validateEnvironment } from './validateEnvironment';

jest.setTimeout(60_000);

const TEMPLATES = resolve(__dirname, '../../../../scaffolder-templates');

/** The parameter of a template that picks an entity, if it has one. */
function entityParameter(name: string) {
  const file = join(TEMPLATES, name, 'template.yaml');
  const { spec } = parse(readFileSync(file, 'utf8'));
  return spec.parameters
    .flatMap(({ properties }: any) => Object.values(properties))
    .find((one: any) => one['ui:field'] === 'EntityPicker');
}

const picking = readdirSync(TEMPLATES).filter(entityParameter);

/** All of its annotations are for one environment, which no filter can know. */
const canary: Entity = fraudDetector();
canary.metadata.annotations = Object.fromEntries(
  Object.entries(canary.metadata.annotations!).map(([key, value]) => [
    `${key}.canary`,
    value,
  ]),
);
const REF = stringifyEntityRef(canary);
const plain = fraudDetector();
plain.metadata = { ...plain.metadata, name: 'plain' };

const { component: EntityPicker } = getComponentData<{
  component: ComponentType<any>;
}>(<EntityPickerFieldExtension />, 'scaffolder.extensions.field.v1')!;

const apis = [
  [catalogApiRef, catalogApiMock({ entities: [canary, plain] })],
  [configApiRef, mockApis.config()],
  [
    entityPresentationApiRef,
    {
      forEntity: (entity: Entity) => {
        const entityRef = stringifyEntityRef(entity);
        const snapshot = { entityRef, primaryTitle: entityRef };
        return { snapshot, promise: Promise.resolve(snapshot) };
      },
    },
  ],
] as const;

/** Renders the picker of a template and the field of the environment, and returns what the form holds. */
function renderForm(template: string) {
  const held: { entity?: string; environment?: string } = {};
  const { title, description, ...ui } = entityParameter(template);
  function Form() {
    const [data, setData] = useState(held);
    const change = (name: keyof typeof held) => (value?: string) => {
      held[name] = value;
      setData({ ...held });
    };
    return (
      <>
        <EntityPicker
          schema={{ title, description }}
          uiSchema={ui}
          formData={data.entity}
          onChange={change('entity')}
          idSchema={{ $id: 'entity' }}
        />
        <EnvironmentField
          {...({
            schema: { title: 'Environment' },
            formData: data.environment,
            formContext: { formData: data },
            onChange: change('environment'),
          } as any)}
        />
      </>
    );
  }
  renderInTestApp(
    <TestApiProvider apis={apis as any}>
      <Form />
    </TestApiProvider>,
  );
  return held;
}

// Material UI's picker warns of what it uses.
beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation();
});

describe('an entity whose annotations are all for environments', () => {
  it.each(picking)('can be entered in the template %s', async template => {
    const user = userEvent.setup();
    const held = renderForm(template);
    const input = await screen.findByRole('textbox', { name: 'Entity' });
    await user.click(input);
    await user.type(input, 'fraud-detector');
    await user.tab();
    expect(
      await screen.findByText('Environment: canary, the only one'),
    ).toBeInTheDocument();
    expect(held).toEqual({ entity: REF, environment: 'canary' });
    const errors: string[] = [];
    await validateEnvironment(
      held.environment!,
      { addError: (error: string) => errors.push(error) } as any,
      { apiHolder: new Map<any, any>(apis) as any, formData: held, schema: {} },
    );
    expect(errors).toEqual([]);
  });

  it('does not hide those that the filter offers', async () => {
    const user = userEvent.setup();
    renderForm('deploy-model');
    await user.click(await screen.findByRole('textbox', { name: 'Entity' }));
    const list = await screen.findByRole('listbox');
    expect(await within(list).findByText(/plain/)).toBeInTheDocument();
    expect(within(list).queryByText(REF)).toBeNull();
  });
});
