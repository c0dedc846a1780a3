import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Text } from '@backstage/ui';
import { useEffect } from 'react';
import { Preflight } from '../components/Preflight';
import { RequestFailure } from '../components/RequestFailure';
import type { StartBody } from '../deployments/client';
import { type FormPlace, readPlace } from './formPlace';
import { useDeploymentChoices } from './useDeploymentChoices';
import { usePromotion } from './usePromotion';

/** What the form will start. */
function requestOf(place: ReturnType<typeof readPlace>): StartBody {
  const { entityRef, environment, from, isPromotion, modelVersion } = place;
  const { setAlias, removePreviousAfterMinutes } = place;
  const shared = {
    entityRef,
    environment,
    setAlias,
    removePreviousAfterMinutes,
  };
  return isPromotion
    ? { ...shared, from, kind: 'promote' }
    : { ...shared, modelVersion };
}

/** A form field that holds what will be deployed in one line, for the step in which the user reviews the form. */
export function DeploymentSummaryField(
  props: FieldExtensionComponentProps<string, FormPlace>,
) {
  const { formData, onChange, schema } = props;
  const place = readPlace(props);
  const { entityRef, environment, from, isPromotion } = place;
  const { choices: all } = useDeploymentChoices(entityRef);
  const isChosen = [from, environment].every(name =>
    all?.some(choice => choice.environment === name),
  );
  const promotion = usePromotion(
    isPromotion && isChosen && entityRef
      ? { entityRef, from, environment }
      : undefined,
  );
  const { modelVersion } = isPromotion ? promotion : place;
  const { choices } = useDeploymentChoices(entityRef, modelVersion);
  const chosen = choices?.find(choice => choice.environment === environment);
  // The version of a promotion is that of the history, never that of the annotations.
  const isUnknown = isPromotion && modelVersion === undefined;
  const summary = isUnknown ? undefined : chosen?.summary;

  useEffect(() => {
    if (choices && summary !== formData) onChange(summary);
  }, [choices, formData, onChange, summary]);

  if (promotion.failure) return <RequestFailure failure={promotion.failure} />;
  if (!summary) return null;
  return (
    <Flex direction="column" gap="1">
      <Text as="h3" variant="title-x-small">
        {schema.title}
      </Text>
      <Text as="p">{summary}</Text>
      {entityRef && <Preflight request={requestOf(place)} />}
    </Flex>
  );
}
