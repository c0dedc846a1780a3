import type { Diagnostic } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Link, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
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

/** Lists findings, each once. */
export function Findings({ diagnostics }: { diagnostics: Diagnostic[] }) {
  return (
    <>
      {each(diagnostics).map(diagnostic => (
        <Finding
          key={`${diagnostic.code} ${diagnostic.where?.path} ${diagnostic.message}`}
          diagnostic={diagnostic}
        />
      ))}
    </>
  );
}

/** A finding: message, place, advice and code, and what else is known about it. */
export function Finding(props: {
  diagnostic: Diagnostic;
  children?: ReactNode;
}) {
  const { code, severity, message, where, help, url, diagnosis } =
    props.diagnostic;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <Alert
      status={STATUS[severity]}
      icon
      title={
        <>
          {t(`severity.${severity}`)}: <Prose text={message} />
        </>
      }
      description={
        <>
          {props.children}
          {where?.path && (
            <>
              <code>{where.path}</code> ·{' '}
            </>
          )}
          {diagnosis && (
            <Text as="p" variant="body-small">
              {t('finding.cause')}: <Prose text={diagnosis.cause} /> (
              {diagnosis.entry})
            </Text>
          )}
          {help && (
            <>
              <Prose text={help} /> ·{' '}
            </>
          )}
          {url ? <Link href={url}>{code}</Link> : <>({code})</>}
          {diagnosis && (
            <Text as="p" variant="body-small">
              {t('finding.who')}: {t(`finding.who.${diagnosis.who}`)}
            </Text>
          )}
          {diagnosis?.others?.map(other => (
            <Text key={other.entry} as="p" variant="body-small">
              {t('finding.other')}: <Prose text={other.cause} />;{' '}
              <Prose text={other.help} />
            </Text>
          ))}
        </>
      }
    />
  );
}
