import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { Failure } from '../failure';
import { vertexAiTranslationRef } from '../translation';
import { Findings } from './Findings';

/** The reason why the portal gave no result. */
export function RequestFailure(props: {
  failure: Failure;
  /** Whether it stands in a dialog, which hides the rest of the page. */
  isAlone?: boolean;
}) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { diagnostics, status } = props.failure;
  if (diagnostics.length > 0) {
    return <Findings diagnostics={diagnostics} isAlone={props.isAlone} />;
  }
  const message =
    status === undefined
      ? t('page.unreachable')
      : t('page.badResponse', { status: `${status}` });
  return (
    <Alert
      status="danger"
      icon
      title={`${t('severity.error')}: ${message}`}
      description={t('page.unreachableHelp')}
    />
  );
}
