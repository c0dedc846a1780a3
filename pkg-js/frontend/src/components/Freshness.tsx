import type { StatusReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useNow } from '../hooks/useNow';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

/** An age in the largest unit that it fills, as a negative number: -3 minutes is 3 minutes ago. */
function relative(milliseconds: number) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return { age: -seconds, range: 'second' } as const;
  if (seconds < 3600)
    return { age: -Math.round(seconds / 60), range: 'minute' } as const;
  return { age: -Math.round(seconds / 3600), range: 'hour' } as const;
}

/** The age of a report, and why the newest attempt to refresh it failed. */
export function Freshness(props: {
  report: Pick<StatusReport, 'observedAt' | 'staleAt'>;
  failure?: ReactNode;
  onRetry(): void;
}) {
  const { report, failure, onRetry } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const now = useNow();
  const isStale = Boolean(failure) || now > Date.parse(report.staleAt);
  const { age, range } = relative(now - Date.parse(report.observedAt));
  const formatParams = { age: { range, numeric: 'auto' } } as const;
  return (
    <>
      <Flex align="center" gap="2">
        <Text
          as="p"
          variant="body-small"
          className={isStale ? styles.warning : styles.secondary}
        >
          {isStale && (
            <>
              <span aria-hidden="true">⚠ </span>
              <strong>{t('freshness.stale')}</strong>{' '}
            </>
          )}
          {t('freshness.age', { age, formatParams })}
        </Text>
        {failure && (
          <Button variant="secondary" size="small" onPress={onRetry}>
            {t('retry')}
          </Button>
        )}
      </Flex>
      {failure}
    </>
  );
}
