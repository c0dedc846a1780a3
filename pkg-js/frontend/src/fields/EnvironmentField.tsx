import type { DeploymentChoice } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Alert, Flex, Skeleton, Text } from '@backstage/ui';
import { useEffect } from 'react';
import { CoreBroken } from '../components/CoreBroken';
import { EnvironmentSelect } from '../components/EnvironmentSelect';
import { vertexAiTranslationRef } from '../translation';
import { DeploymentSummary } from './DeploymentSummary';
import { entityParameter, type EnvironmentOptions } from './environments';
import { useDeploymentChoices } from './useDeploymentChoices';

type Props = FieldExtensionComponentProps<string, EnvironmentOptions>;

/** A form field that offers the environments of the entity that the form names, and shows what would be deployed. */
export function EnvironmentField(props: Props) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const entityRef: unknown =
    props.formContext?.formData?.[entityParameter(props.uiSchema)];
  const name = typeof entityRef === 'string' ? entityRef : undefined;
  const { choices, broken, retry } = useDeploymentChoices(name);

  if (broken) return <CoreBroken error={broken} onRetry={retry} />;
  if (name === undefined) {
    return <Text as="p">{t('environmentField.noEntity')}</Text>;
  }
  if (!choices) return <Skeleton width="100%" height={60} />;
  if (choices.length === 0) {
    return (
      <Alert
        status="danger"
        icon
        title={t('environmentField.notFound', { entityRef: name })}
      />
    );
  }
  return <Choice {...props} choices={choices} />;
}

function Choice(props: Props & { choices: DeploymentChoice[] }) {
  const { choices, formData, onChange, schema, required, rawErrors } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { hasSummary = true } = props.uiSchema?.['ui:options'] ?? {};
  const chosen = choices.find(({ environment }) => environment === formData);
  const [only, ...others] = choices;
  const isOnly = others.length === 0;

  // A choice for another entity is none here, and the only one is chosen.
  useEffect(() => {
    const next = isOnly ? only.environment : undefined;
    if (!chosen && next !== formData) onChange(next);
  }, [chosen, formData, isOnly, onChange, only.environment]);

  return (
    <Flex direction="column" gap="3">
      {isOnly ? (
        <Text as="p">
          {only.environment === undefined
            ? t('environmentField.none')
            : t('environmentField.only', { environment: only.environment })}
        </Text>
      ) : (
        <EnvironmentSelect
          choices={choices}
          label={schema.title}
          description={schema.description}
          isRequired={required}
          isInvalid={Boolean(rawErrors?.length)}
          value={chosen ? chosen.environment : null}
          onChange={onChange}
        />
      )}
      {hasSummary && chosen?.target && (
        <DeploymentSummary target={chosen.target} />
      )}
    </Flex>
  );
}
