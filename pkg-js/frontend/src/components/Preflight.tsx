import type {
  PreflightCheck,
  PreflightReport,
} from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Button, Flex, Link, Text } from '@backstage/ui';
import type { StartBody } from '../deployments/client';
import { usePreflight } from '../deployments/usePreflight';
import { vertexAiTranslationRef } from '../translation';
import { CodeLink, target } from './CodeLink';
import styles from './Preflight.module.css';
import { Prose } from './Prose';
import { RequestFailure } from './RequestFailure';

const SIGN = { ok: '✓', no: '✕', unknown: '?' } as const;

/** Checks on demand whether a deployment can succeed, and lists the results. */
export function Preflight({ request }: { request: StartBody }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { report, failure, isRunning, run, cancel } = usePreflight(request);
  return (
    <section aria-label={t('preflight.title')} className={styles.section}>
      <Flex gap="2" align="center" style={{ flexWrap: 'wrap' }}>
        {/* One button, so that the focus stays where it is. */}
        <Button
          variant="secondary"
          size="small"
          onPress={isRunning ? cancel : run}
        >
          {isRunning
            ? t('preflight.cancel')
            : t(report ? 'preflight.again' : 'preflight.run')}
        </Button>
        <Text as="span" role="status" variant="body-small">
          {isRunning && t('preflight.running')}
          {report &&
            t('preflight.counts', {
              ok: `${report.counts.ok}`,
              no: `${report.counts.no}`,
              unknown: `${report.counts.unknown}`,
            })}
        </Text>
      </Flex>
      <div role="alert">{failure && <RequestFailure failure={failure} />}</div>
      {report && <Checks report={report} />}
    </section>
  );
}

/** The checks: those that say no or are unknown first, and the others folded. */
function Checks({ report }: { report: PreflightReport }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const of = (wanted: PreflightCheck['outcome']) =>
    report.checks.filter(({ outcome }) => outcome === wanted);
  const open = [...of('no'), ...of('unknown')];
  const ok = of('ok');
  return (
    <>
      {open.length > 0 && (
        <ul className={styles.list} aria-label={t('preflight.title')}>
          {open.map(check => (
            <Check key={check.name} check={check} />
          ))}
        </ul>
      )}
      {ok.length > 0 && (
        <details>
          <summary>{t('preflight.ok', { count: ok.length })}</summary>
          <ul className={styles.list}>
            {ok.map(check => (
              <Check key={check.name} check={check} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Check({ check }: { check: PreflightCheck }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { question, outcome, evidence, finding, quotaRequest } = check;
  return (
    <li className={styles.check} data-outcome={outcome}>
      <span className={styles.outcome}>
        <span aria-hidden="true">{SIGN[outcome]}</span>{' '}
        {t(`preflight.outcome.${outcome}`)}
      </span>
      <div className={styles.text}>
        <strong>{question}</strong>
        {finding && (
          <p>
            <Prose text={finding.message} />
          </p>
        )}
        {finding?.diagnosis && (
          <p>
            {t('finding.cause')}: <Prose text={finding.diagnosis.cause} /> (
            <CodeLink
              name={finding.diagnosis.entry}
              url={finding.diagnosisUrl}
            />
            ); {t('finding.who')}: {t(`finding.who.${finding.diagnosis.who}`)}
          </p>
        )}
        {finding?.help && (
          <p>
            {t('preflight.next')}: <Prose text={finding.help} />
          </p>
        )}
        {finding?.links && (
          <Flex gap="3" style={{ flexWrap: 'wrap' }}>
            {finding.links.map(({ title, url }) => (
              <Link key={url} href={url} {...target(url)}>
                {title}
              </Link>
            ))}
          </Flex>
        )}
        {evidence.length > 0 && (
          <ul className={styles.evidence}>
            {evidence.map(fact => (
              <li key={fact}>
                <Prose text={fact} />
              </li>
            ))}
          </ul>
        )}
        {quotaRequest && (
          <pre className={styles.command}>{quotaRequest.command}</pre>
        )}
      </div>
    </li>
  );
}
