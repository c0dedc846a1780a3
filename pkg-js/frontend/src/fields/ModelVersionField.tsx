import type { ModelVersionsReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { FieldExtensionComponentProps } from '@backstage/plugin-scaffolder-react';
import { Flex, Select, Skeleton, Text, TextField } from '@backstage/ui';
import { Findings } from '../components/Findings';
import { vertexAiTranslationRef } from '../translation';
import { type FormPlace, readPlace } from './formPlace';
import { useModelVersions } from './useModelVersions';

type Props = FieldExtensionComponentProps<string, FormPlace>;
type Version = ModelVersionsReport['versions'][number];

/** The key of the annotated version in the select, which cannot be a version. */
const ANNOTATED = '.';

/** A form field that offers the versions of the entity's model. Where they cannot be read, it takes a text. */
export function ModelVersionField(props: Props) {
  const { formData, onChange, schema, disabled } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { entityRef, environment } = readPlace(props);
  const report = useModelVersions(entityRef, environment);
  const change = (value: string) => onChange(value || undefined);

  if (entityRef === undefined) {
    return <Text as="p">{t('environmentField.noEntity')}</Text>;
  }
  if (!report) return <Skeleton width="100%" height={60} />;
  if (report.versions.length === 0) {
    return (
      <Flex direction="column" gap="3">
        <TextField
          label={schema.title}
          description={schema.description}
          value={formData ?? ''}
          onChange={change}
          isDisabled={disabled}
        />
        <Findings diagnostics={report.diagnostics} />
      </Flex>
    );
  }
  return (
    <Select
      label={schema.title}
      description={schema.description}
      isDisabled={disabled}
      options={[
        { id: ANNOTATED, label: t('versionField.annotated') },
        ...options(report.versions, formData),
      ]}
      value={formData ?? ANNOTATED}
      onChange={key => change(key === ANNOTATED ? '' : `${key}`)}
    />
  );
}

/** The versions, and what the form holds already, such as an alias. */
function options(versions: Version[], held?: string) {
  const all = versions.map(({ version, aliases, createTime }) => ({
    id: version,
    label: [
      [version, ...aliases].join(', '),
      createTime && new Date(createTime).toLocaleDateString(),
    ]
      .filter(Boolean)
      .join(' · '),
  }));
  const isOther = held !== undefined && !all.some(({ id }) => id === held);
  return isOther ? [{ id: held, label: held }, ...all] : all;
}
