import type { AccessReport } from '@backstage-vertex-ai/core/server';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

/** The people and groups who can grant the missing permissions. */
export function Grantors({ grantors }: Pick<AccessReport, 'grantors'>) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const id = useId();
  if (grantors.length === 0) {
    return (
      <Text as="p" variant="body-small">
        {t('grantors.unknown', { key: <code>vertexAi.access.grantors</code> })}
      </Text>
    );
  }
  return (
    <div>
      <Text as="p" variant="body-small" weight="bold" id={id}>
        {t('grantors.label')}
      </Text>
      <ul className={styles.names} aria-labelledby={id}>
        {grantors.map(({ name, kind }) => (
          <li key={name}>
            {kind === 'entity' ? <EntityRefLink entityRef={name} /> : name}
          </li>
        ))}
      </ul>
    </div>
  );
}
