import type { Diagnostic } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import { vertexAiTranslationRef } from '../translation';
import { Prose } from './Prose';

const STATUS = { error: 'danger', warning: 'warning', info: 'info' } as const;

/** Lists findings: message, place, advice and code of each. */
export function Findings({ diagnostics }: { diagnostics: Diagnostic[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <>
      {diagnostics.map(({ code, severity, message, where, help }, index) => (
        <Alert
          key={`${code} ${index}`}
          status={STATUS[severity]}
          icon
          title={
            <>
              {t(`severity.${severity}`)}: <Prose text={message} />
            </>
          }
          description={
            <>
              {where?.path && (
                <>
                  <code>{where.path}</code> ·{' '}
                </>
              )}
              {help && (
                <>
                  <Prose text={help} /> ·{' '}
                </>
              )}
              ({code})
            </>
          }
        />
      ))}
    </>
  );
}
