import type { DeploymentChoice } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Select } from '@backstage/ui';
import { vertexAiTranslationRef } from '../translation';

/** The key of the plain annotations in the select, which cannot be the name of an environment. */
const PLAIN = '.';

/** Selects one of the environments of an entity. */
export function EnvironmentSelect(props: {
  choices: Pick<DeploymentChoice, 'environment'>[];
  /** Absent for the plain annotations; `null` where none is chosen. */
  value?: string | null;
  label?: string;
  /** The label of the plain annotations. */
  plainLabel?: string;
  description?: string;
  isRequired?: boolean;
  isInvalid?: boolean;
  onChange(environment?: string): void;
}) {
  const {
    choices,
    value = PLAIN,
    label,
    plainLabel,
    onChange,
    ...others
  } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Select
      {...others}
      label={label ?? t('environmentField.title')}
      placeholder={t('environmentField.choose')}
      options={choices.map(({ environment }) => ({
        id: environment ?? PLAIN,
        label: environment ?? plainLabel ?? t('environmentField.plain'),
      }))}
      value={value}
      onChange={key => onChange(key === PLAIN ? undefined : `${key}`)}
    />
  );
}
