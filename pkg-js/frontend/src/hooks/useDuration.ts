import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useCallback } from 'react';
import { vertexAiTranslationRef } from '../translation';

/** Returns how a duration in milliseconds is written. */
export function useDuration(): (millis: number) => string {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return useCallback(
    millis => {
      const seconds = Math.max(0, Math.round(millis / 1000));
      const minutes = Math.floor(seconds / 60);
      if (minutes === 0)
        return t('duration.seconds', { seconds: `${seconds}` });
      if (minutes < 60) {
        return t('duration.minutes', {
          minutes: `${minutes}`,
          seconds: `${seconds % 60}`,
        });
      }
      return t('duration.hours', {
        hours: `${Math.floor(minutes / 60)}`,
        minutes: `${minutes % 60}`,
      });
    },
    [t],
  );
}
