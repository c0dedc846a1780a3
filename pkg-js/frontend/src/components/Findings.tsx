import type { Diagnostic } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link } from '@backstage/ui';
import { vertexAiTranslationRef } from '../translation';
import { Prose } from './Prose';

const STATUS = { error: 'danger', warning: 'warning', info: 'info' } as const;

/** The findings without repetitions. */
function each(diagnostics: Diagnostic[]): Diagnostic[] {
  const key = ({ code, message, where }: Diagnostic) =>
    JSON.stringify([code, message, where?.path]);
  const known = new Map(diagnostics.map(it => [key(it), it] as const));
  return [...known.values()];
}

/** Lists findings, each once: message, place, advice and code of each. */
export function Findings({ diagnostics }: { diagnostics: Diagnostic[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <>
      {each(diagnostics).map(
        ({ code, severity, message, where, help, url }) => (
          <Alert
            key={`${code} ${where?.path} ${message}`}
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
                {url ? <Link href={url}>{code}</Link> : <>({code})</>}
              </>
            }
          />
        ),
      )}
    </>
  );
}
