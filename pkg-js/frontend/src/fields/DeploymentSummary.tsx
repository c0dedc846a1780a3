import type { DeploymentChoice } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { type Fact, Facts } from '../components/Facts';
import { vertexAiTranslationRef } from '../translation';

type Target = NonNullable<DeploymentChoice['target']>;

/** What a deployment would do, as its form shows it. */
export function DeploymentSummary({ target }: { target: Target }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { accelerator, replicas, traffic = 100 } = target;
  const machine = [
    target.machineType,
    accelerator && `${accelerator.count} × ${accelerator.type}`,
  ];
  const facts: Fact[] = [
    [t('deployment.model'), target.model],
    [t('deployment.endpoint'), target.endpoint],
    [t('deployedModels.machine'), machine.filter(Boolean).join(', ')],
    [
      t('deployedModels.replicas'),
      replicas &&
        (replicas.min === replicas.max
          ? `${replicas.min}`
          : `${replicas.min}–${replicas.max}`),
    ],
    [
      t('deployedModels.traffic'),
      t('deployedModels.trafficShare', { percent: `${traffic}` }),
    ],
    [t('environmentField.image'), target.image],
  ];
  return <Facts label={t('environmentField.summary')} facts={facts} />;
}
