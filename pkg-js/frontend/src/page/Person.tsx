import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { vertexAiTranslationRef } from '../translation';

/** The scaffolder cancels for a task, only what that task has started. */
const TASK = 'plugin:scaffolder';

/** A link to a user, or the name of a caller without an entity, such as a plugin. */
export function Person({ name }: { name: string }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  if (name === TASK) return <>{t('person.task')}</>;
  return name.startsWith('user:') ? (
    <EntityRefLink entityRef={name} defaultKind="user" />
  ) : (
    <>{name}</>
  );
}
