import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { Failure } from '../failure';
import { vertexAiTranslationRef } from '../translation';
import { Findings } from './Findings';

/** The reason why the portal gave no result. */
export function RequestFailure({ failure }: { failure: Failure }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { diagnostics, status } = failure;
  if (diagnostics.length > 0) return <Findings diagnostics={diagnostics} />;
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
