import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Deployment } from '../deployments/deployment';
import { vertexAiTranslationRef } from '../translation';
import { ChangeDialog } from './ChangeDialog';
import { ChangeForm } from './ChangeForm';
import { useWhat } from './useWhat';

/** Restores what a former deployment reached. */
export function RollBackButton({ deployment }: { deployment: Deployment }) {
  const { id, entityRef, environment } = deployment;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { what } = useWhat(deployment);
  return (
    <ChangeDialog
      label={t('change.rollback')}
      name={t('change.rollback.name', { model: what })}
    >
      <ChangeForm
        title={t('change.rollback.title', { model: what })}
        explanation={t('change.rollback.explanation')}
        confirm={t('change.rollback')}
        request={{ kind: 'rollback', entityRef, environment, deployment: id }}
      />
    </ChangeDialog>
  );
}
