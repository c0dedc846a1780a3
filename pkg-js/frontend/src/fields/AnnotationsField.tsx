import {
  annotations,
  type AnnotationGroup as Group,
} from '@backstage-vertex-ai/core';
import { configApiRef, useApi } from '@backstage/core-plugin-api';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Skeleton, Text } from '@backstage/ui';
import { useMemo, useState } from 'react';
import { CoreBroken } from '../components/CoreBroken';
import { Findings } from '../components/Findings';
import { useCore } from '../hooks/useCore';
import { AnnotationGroup } from './AnnotationGroup';
import { checkAnnotations, type Annotations } from './checkAnnotations';
import { FormEnvironments } from './FormEnvironments';
import { environmentsOf, heldIn, keyIn } from './formEnvironments';

/** The groups in the order of the form. */
const GROUPS: Group[] = [
  'where',
  'model',
  'machine',
  'container',
  'scaling',
  'network',
];

/** A form field with an input for each Vertex AI annotation, checked on each change. */
export function AnnotationsField(
  props: FieldExtensionComponentProps<Annotations>,
) {
  const { isReady, broken, retry } = useCore();
  if (broken) return <CoreBroken error={broken} onRetry={retry} />;
  if (!isReady) return <Skeleton width="100%" height={120} />;
  return <Inputs {...props} />;
}

function Inputs(props: FieldExtensionComponentProps<Annotations>) {
  const { formData = {}, onChange, schema, disabled } = props;
  const config = useApi(configApiRef);
  const [environment, setEnvironment] = useState<string>();
  const held = (name: string) =>
    heldIn(formData, `google.com/vertex-ai-${name}`, environment);
  const location = held('location');
  const machineType = held('machine-type');
  const accelerator = held('accelerator');
  const keys = useMemo(
    () => annotations({ location, machineType, accelerator }),
    [location, machineType, accelerator],
  );
  const named = environmentsOf(formData, keys);
  const environments =
    environment === undefined || named.includes(environment)
      ? named
      : [...named, environment];

  // A blank form has no findings before it is submitted.
  const findings =
    Object.keys(formData).length > 0 ? checkAnnotations(formData, config) : [];
  const shown = new Set(
    keys.map(({ key }) => `metadata.annotations["${keyIn(key, environment)}"]`),
  );
  const others = findings.filter(({ where }) => !shown.has(where?.path ?? ''));
  const change = (key: string, value: string) => {
    const { [key]: _, ...rest } = formData;
    onChange(value === '' ? rest : { ...rest, [key]: value });
  };
  return (
    <Flex direction="column" gap="5" bg="neutral" p="3">
      {schema.title && (
        <Text as="h3" variant="title-x-small">
          {schema.title}
        </Text>
      )}
      {schema.description && <Text as="p">{schema.description}</Text>}
      <FormEnvironments
        environments={environments}
        value={environment}
        isDisabled={disabled}
        onChange={setEnvironment}
      />
      {GROUPS.map(group => (
        <AnnotationGroup
          key={group}
          group={group}
          keys={keys.filter(annotation => annotation.group === group)}
          values={formData}
          environment={environment}
          isComplete={environment !== undefined || environments.length === 0}
          findings={findings}
          isDisabled={disabled}
          onChange={change}
        />
      ))}
      <div aria-live="polite">
        <Findings diagnostics={others} />
      </div>
    </Flex>
  );
}
