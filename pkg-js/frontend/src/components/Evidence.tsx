import type { Evidence as Shape } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { vertexAiTranslationRef } from '../translation';
import { Facts } from './Facts';
import styles from './VertexAiCard.module.css';

/** What Google answered, folded. */
export function Evidence({ evidence }: { evidence: Shape }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { status, text, operation } = evidence;
  return (
    <details className={styles.evidence}>
      <summary>{t('finding.evidence')}</summary>
      <Facts
        label={t('finding.evidence')}
        facts={[
          [t('finding.status'), <code>{status}</code>],
          [t('finding.text'), text && <code>{text}</code>],
          [t('finding.operation'), operation && <code>{operation}</code>],
        ]}
      />
    </details>
  );
}
