import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Alert } from '@backstage/ui';
import type { Failure } from '../hooks/useAccess';
import { vertexAiTranslationRef } from '../translation';
import { Findings } from './Findings';

/** The reason why the portal gave no access report. */
export function AccessFailure({ failure }: { failure: Failure }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { diagnostic, status } = failure;
  if (diagnostic) return <Findings diagnostics={[diagnostic]} />;
  const message =
    status === undefined
      ? t('accessCard.unreachable')
      : t('accessCard.badResponse', { status: `${status}` });
  return (
    <Alert
      status="danger"
      icon
      title={`${t('severity.error')}: ${message}`}
      description={t('accessCard.unreachableHelp')}
    />
  );
}
