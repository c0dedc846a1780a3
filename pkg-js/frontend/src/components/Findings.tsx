import type { Diagnostic } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert, Flex, Link, Text } from '@backstage/ui';
import type { ReactNode } from 'react';
import { useShown } from '../hooks/useShown';
import { vertexAiTranslationRef } from '../translation';
import { CodeLink, target } from './CodeLink';
import { Evidence } from './Evidence';
import { Prose } from './Prose';
import styles from './VertexAiCard.module.css';

const STATUS = { error: 'danger', warning: 'warning', info: 'info' } as const;

/** Two findings with the same words can lack different rights. */
const keyOf = (finding: Diagnostic) => {
  const { code, message, where, help, permission, resource, diagnosis } =
    finding;
  return JSON.stringify([
    code,
    message,
    where?.path,
    help,
    permission,
    resource,
    diagnosis?.entry,
  ]);
};

/** Lists findings, each once on a page. */
export function Findings(props: {
  diagnostics: Diagnostic[];
  /** Whether the list hides the rest of the page, as in a dialog, and so shows all. */
  isAlone?: boolean;
}) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const each = new Map(props.diagnostics.map(it => [keyOf(it), it] as const));
  const claimed = useShown(props.isAlone ? [] : [...each.keys()]);
  const shown = props.isAlone ? each : claimed;
  if (each.size > 0 && shown.size === 0) {
    return (
      <Text as="p" variant="body-small" className={styles.secondary}>
        {t('finding.elsewhere')}
      </Text>
    );
  }
  return (
    <>
      {[...each]
        .filter(([key]) => shown.has(key))
        .map(([key, diagnostic]) => (
          <FindingAlert key={key} diagnostic={diagnostic} />
        ))}
    </>
  );
}

/** A finding with what else is known about it. No other list of the page repeats it. */
export function Finding(props: {
  diagnostic: Diagnostic;
  children?: ReactNode;
}) {
  useShown([keyOf(props.diagnostic)]);
  return <FindingAlert {...props} />;
}

/** What failed, and where; the cause; the next step with links; who can fix it; and the evidence. */
function FindingAlert(props: { diagnostic: Diagnostic; children?: ReactNode }) {
  const { severity, message, where, diagnosis, evidence } = props.diagnostic;
  const { help, links = [], code, url, diagnosisUrl } = props.diagnostic;
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
        <div className={styles.paragraphs}>
          {props.children}
          {where?.path && <code>{where.path}</code>}
          {diagnosis && (
            <Text as="p" variant="body-small">
              {t('finding.cause')}: <Prose text={diagnosis.cause} /> (
              <CodeLink name={diagnosis.entry} url={diagnosisUrl} />)
            </Text>
          )}
          {help && (
            <Text as="p" variant="body-small">
              {diagnosis && <>{t('finding.help')}: </>}
              <Prose text={help} />
            </Text>
          )}
          {links.length > 0 && (
            <Flex gap="3" style={{ flexWrap: 'wrap' }}>
              {links.map(link => (
                <Link key={link.url} href={link.url} {...target(link.url)}>
                  {link.title}
                </Link>
              ))}
            </Flex>
          )}
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
          {evidence && <Evidence evidence={evidence} />}
          <Text as="p" variant="body-small">
            <CodeLink name={code} url={url} />
          </Text>
        </div>
      }
    />
  );
}
