import { configApiRef } from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { AnnotationsField } from './AnnotationsField';
import type { Annotations } from './checkAnnotations';
import { validateAnnotations } from './validateAnnotations';

// Each key of a text renders all inputs of the form.
jest.setTimeout(30_000);

const RIGHT: Annotations = {
  'google.com/vertex-ai-project': 'acme-ml',
  'google.com/vertex-ai-location': 'us-central1',
  'google.com/vertex-ai-endpoint': 'fraud-detector',
  'google.com/vertex-ai-model': 'fraud-detector@3',
};
const MACHINE = 'google.com/vertex-ai-machine-type';
const LOCATION = 'google.com/vertex-ai-location';
const config = (rules?: object) =>
  mockApis.config({ data: rules ? { vertexAi: { rules } } : {} });

/** Renders the field in a form that keeps its value, and returns the spy on `onChange`. */
function renderField(formData?: Annotations, rules?: object) {
  const onChange = jest.fn();
  function Form() {
    const [held, hold] = useState<Annotations | undefined>(formData);
    const props: any = {
      formData: held,
      schema: { title: 'Vertex AI' },
      onChange: (next: Annotations) => {
        hold(next);
        onChange(next);
      },
    };
    return <AnnotationsField {...props} />;
  }
  renderInTestApp(
    <TestApiProvider apis={[[configApiRef, config(rules)]]}>
      <Form />
    </TestApiProvider>,
  );
  return onChange;
}

/** The errors that block the form. */
async function errorsOf(annotations?: Annotations, rules?: object) {
  const errors: string[] = [];
  const field: any = { addError: (error: string) => errors.push(error) };
  const apiHolder: any = { get: () => config(rules) };
  await validateAnnotations(annotations as Annotations, field, {
    apiHolder,
  } as any);
  return errors;
}

describe('the field', () => {
  it('has an input with a description for each annotation', async () => {
    renderField();
    const project = await screen.findByLabelText('Project');
    expect(project).toHaveAccessibleDescription(/project/i);
    expect(screen.getByLabelText('Machine type')).toHaveValue('');
    expect(screen.getAllByRole('textbox').length).toBeGreaterThan(15);
  });

  it('groups the inputs in the order of a deployment', async () => {
    renderField();
    await screen.findByLabelText('Project');
    const groups = screen
      .getAllByRole('group')
      .filter(({ tagName }) => tagName === 'FIELDSET');
    expect(
      groups.map(group => group.querySelector('legend')?.textContent),
    ).toEqual([
      'Where',
      'Model',
      'Machine',
      'Container',
      'Scaling and traffic',
      'Network and access',
    ]);
    expect(
      within(screen.getByRole('group', { name: 'Machine' })).getByLabelText(
        'Accelerator',
      ),
    ).toBeVisible();
    for (const group of groups) {
      expect(group.querySelector('input')).not.toBeNull();
    }
  });

  it('folds the inputs that few models need, unless they are used', async () => {
    renderField({ 'google.com/vertex-ai-spot': 'true' });
    expect(await screen.findByLabelText('Spot machines')).toBeVisible();
    expect(screen.getByLabelText('Project')).toBeVisible();
    const network = screen.getByLabelText('Network');
    expect(network).not.toBeVisible();
    await userEvent.click(
      within(
        screen.getByRole('group', { name: 'Network and access' }),
      ).getByText('5 more settings'),
    );
    expect(network).toBeVisible();
  });

  it('has room for lines where a value may have several', async () => {
    const onChange = renderField();
    const env = await screen.findByLabelText('Environment variables');
    expect(env).toBeInstanceOf(HTMLTextAreaElement);
    await userEvent.type(env, 'A=1{Enter}B=2');
    expect(onChange).toHaveBeenLastCalledWith({
      'google.com/vertex-ai-env': 'A=1\nB=2',
    });
    expect(screen.getByLabelText('Project')).toBeInstanceOf(HTMLInputElement);
  });

  it('offers the values that fit the others', async () => {
    renderField({
      [LOCATION]: 'europe-west3',
      [MACHINE]: 'n1-standard-4',
    });
    const offered = async (label: string) => {
      const { list } = (await screen.findByLabelText(
        label,
      )) as HTMLInputElement;
      return [...list!.options].map(option => option.value);
    };
    expect(await offered('Accelerator')).toEqual([
      'NVIDIA_TESLA_T4:1',
      'NVIDIA_TESLA_T4:2',
      'NVIDIA_TESLA_T4:4',
    ]);
    expect(await offered('Location')).toContain('us-central1');

    const accelerator = screen.getByLabelText('Accelerator');
    await userEvent.click(accelerator);
    await userEvent.paste('NVIDIA_B200:8');
    expect(await offered('Location')).toEqual(['us-central1']);
    expect(await offered('Machine type')).toEqual(['a4-highgpu-8g']);
  });

  it('writes an environment of its own', async () => {
    const onChange = renderField(RIGHT);
    const add = await screen.findByRole('button', { name: 'Add environment' });
    expect(add).toBeDisabled();
    expect(screen.queryByLabelText('Environment')).not.toBeInTheDocument();
    await userEvent.type(screen.getByLabelText('New environment'), 'staging');
    await userEvent.click(add);

    const endpoint = screen.getByRole('textbox', { name: 'Endpoint' });
    expect(endpoint).toHaveValue('');
    // The value of all environments applies where this one has none.
    expect(endpoint).toHaveAttribute(
      'placeholder',
      'In all environments: fraud-detector',
    );
    expect(endpoint).not.toBeRequired();
    await userEvent.click(endpoint);
    await userEvent.paste('fraud-staging');
    expect(onChange).toHaveBeenLastCalledWith({
      ...RIGHT,
      'google.com/vertex-ai-endpoint.staging': 'fraud-staging',
    });

    await userEvent.click(
      screen.getByRole('button', { name: /staging Environment/ }),
    );
    await userEvent.click(
      screen.getByRole('option', { name: 'All environments' }),
    );
    expect(screen.getByRole('textbox', { name: 'Endpoint' })).toHaveValue(
      'fraud-detector',
    );
  });

  it('shows a mistake of another environment, and names its annotation', async () => {
    renderField({ ...RIGHT, [`${MACHINE}.staging`]: 'n1-standart-4' });
    const finding = await screen.findByText(/is not known to serve models on/);
    expect(finding.closest('fieldset')).toBeNull();
  });

  it('marks the inputs that every deployment needs', async () => {
    renderField();
    await screen.findByLabelText('Project');
    const required = screen
      .getAllByRole('textbox')
      .filter(
        input =>
          input.hasAttribute('required') ||
          input.getAttribute('aria-required') === 'true',
      );
    expect(required).toEqual([
      screen.getByRole('textbox', { name: 'Endpoint' }),
      screen.getByRole('textbox', { name: 'Model' }),
    ]);
  });

  it('shows no findings in a blank form', async () => {
    renderField();
    await screen.findByLabelText('Project');
    expect(screen.queryByText(/annotation\/missing/)).not.toBeInTheDocument();
  });

  it('announces findings on each change, and applies a fix on request', async () => {
    const onChange = renderField(RIGHT);
    const machine = await screen.findByLabelText('Machine type');
    await userEvent.click(machine);
    await userEvent.paste('n1-standart-4');

    const finding = await screen.findByText(/is not known to serve models on/);
    expect(finding).toHaveTextContent(/^Error: .* n1-standart-4 —/);
    expect(finding.closest('[aria-live="polite"]')).not.toBeNull();
    expect(machine).toBeInvalid();

    // The button is the next tab stop after the input.
    await userEvent.tab();
    expect(
      screen.getByRole('button', { name: 'Use n1-standard-4' }),
    ).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    expect(machine).toHaveValue('n1-standard-4');
    expect(machine).toBeValid();
    expect(onChange).toHaveBeenLastCalledWith({
      ...RIGHT,
      [MACHINE]: 'n1-standard-4',
    });
  });

  it('omits an annotation whose input is cleared', async () => {
    const onChange = renderField({ ...RIGHT, [MACHINE]: 'n1-standard-4' });
    await userEvent.clear(await screen.findByLabelText('Machine type'));
    expect(onChange).toHaveBeenLastCalledWith(RIGHT);
  });

  it('shows findings that belong to no input, such as a missing annotation', async () => {
    const { 'google.com/vertex-ai-model': _, ...rest } = RIGHT;
    renderField(rest);
    const alert = await screen.findByText(/^Error: +is missing/);
    expect(alert.closest('[aria-live="polite"]')).not.toBeNull();
  });

  it('applies the portal’s rules', async () => {
    const unpinned = { ...RIGHT, 'google.com/vertex-ai-model': 'fraud' };
    renderField(unpinned, { 'model/unpinned': 'off' });
    const model = await screen.findByRole('textbox', { name: 'Model' });
    const place = model.closest('div')!.parentElement!;
    expect(within(place).queryByText(/unpinned/)).not.toBeInTheDocument();
  });
});

describe('the validation of the form', () => {
  it('passes valid annotations', async () => {
    expect(await errorsOf(RIGHT)).toEqual([]);
  });

  it('blocks errors, not warnings', async () => {
    const unpinned = { ...RIGHT, 'google.com/vertex-ai-model': 'fraud' };
    expect(await errorsOf(unpinned)).toEqual([]);
    expect(await errorsOf({ ...unpinned, [MACHINE]: 'n1-standart-4' })).toEqual(
      [
        'Vertex AI is not known to serve models on "n1-standart-4" (machine-type/unknown)',
      ],
    );
  });

  it('blocks a warning that the portal’s rules make an error', async () => {
    const unpinned = { ...RIGHT, 'google.com/vertex-ai-model': 'fraud' };
    const errors = await errorsOf(unpinned, { 'model/unpinned': 'error' });
    expect(errors).toEqual([expect.stringContaining('(model/unpinned)')]);
  });

  it('blocks missing annotations', async () => {
    expect(await errorsOf(undefined)).toEqual([
      '"google.com/vertex-ai-model" is missing (annotation/missing)',
      '"google.com/vertex-ai-endpoint" is missing (annotation/missing)',
    ]);
    expect(await errorsOf({})).toHaveLength(2);
    expect((await errorsOf({ [MACHINE]: 'n1-standard-4' })).join()).toContain(
      '(annotation/missing)',
    );
  });
});
