import { annotations, type Diagnostic } from '@backstage-vertex-ai/core';
import { configApiRef, useApi } from '@backstage/core-plugin-api';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Skeleton, Text } from '@backstage/ui';
import { CoreBroken } from '../components/CoreBroken';
import { Findings } from '../components/Findings';
import { useCore } from '../hooks/useCore';
import { AnnotationInput } from './AnnotationInput';
import { checkAnnotations, type Annotations } from './checkAnnotations';

const isAbout = (finding: Diagnostic, key: string) =>
  finding.where?.path === `metadata.annotations["${key}"]`;

/** A form field with an input for each Vertex AI annotation, checked on each change. */
export function AnnotationsField(
  props: FieldExtensionComponentProps<Annotations>,
) {
  const { formData = {}, onChange, schema, disabled } = props;
  const config = useApi(configApiRef);
  const { isReady, broken, retry } = useCore();
  if (broken) return <CoreBroken error={broken} onRetry={retry} />;
  if (!isReady) return <Skeleton width="100%" height={120} />;

  const keys = annotations();
  // A blank form has no findings before it is submitted.
  const findings =
    Object.keys(formData).length > 0 ? checkAnnotations(formData, config) : [];
  const others = findings.filter(
    finding => !keys.some(({ key }) => isAbout(finding, key)),
  );
  const change = (key: string, value: string) => {
    const { [key]: _, ...rest } = formData;
    onChange(value === '' ? rest : { ...rest, [key]: value });
  };
  return (
    <Flex direction="column" gap="3" bg="neutral" p="3">
      {schema.title && (
        <Text as="h3" variant="title-x-small">
          {schema.title}
        </Text>
      )}
      {schema.description && <Text as="p">{schema.description}</Text>}
      {keys.map(annotation => (
        <AnnotationInput
          key={annotation.key}
          annotation={annotation}
          value={formData[annotation.key] ?? ''}
          findings={findings.filter(f => isAbout(f, annotation.key))}
          isDisabled={disabled}
          onChange={value => change(annotation.key, value)}
        />
      ))}
      <div aria-live="polite">
        <Findings diagnostics={others} />
      </div>
    </Flex>
  );
}
