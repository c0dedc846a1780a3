import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Text } from '@backstage/ui';
import { useEffect } from 'react';
import { type FormPlace, readPlace } from './formPlace';
import { useDeploymentChoices } from './useDeploymentChoices';

/** A form field that holds what will be deployed in one line, for the step in which the user reviews the form. */
export function DeploymentSummaryField(
  props: FieldExtensionComponentProps<string, FormPlace>,
) {
  const { formData, onChange, schema } = props;
  const { entityRef, environment, modelVersion } = readPlace(props);
  const { choices } = useDeploymentChoices(entityRef, modelVersion);
  const chosen = choices?.find(choice => choice.environment === environment);
  const summary = chosen?.summary;

  useEffect(() => {
    if (choices && summary !== formData) onChange(summary);
  }, [choices, formData, onChange, summary]);

  if (!summary) return null;
  return (
    <Flex direction="column" gap="1">
      <Text as="h3" variant="title-x-small">
        {schema.title}
      </Text>
      <Text as="p">{summary}</Text>
    </Flex>
  );
}
