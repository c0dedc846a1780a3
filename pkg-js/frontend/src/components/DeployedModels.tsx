import type { StatusReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

type DeployedModel = StatusReport['deployedModels'][number];

/** The models at the endpoint, most traffic first. */
export function DeployedModels({ models }: { models: DeployedModel[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const none = t('deployedModels.none');
  const replicas = ({ replicas: { available, min, max } }: DeployedModel) =>
    t('deployedModels.replicasOf', {
      available: `${available ?? none}`,
      range: min === max ? `${min ?? none}` : `${min}–${max}`,
    });
  const machine = ({ machineType, accelerator }: DeployedModel) =>
    [machineType, accelerator].filter(Boolean).join(', ') || none;
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t('deployedModels.label')}>
        <thead>
          <tr>
            <th scope="col">{t('deployedModels.model')}</th>
            <th scope="col">{t('deployedModels.version')}</th>
            <th scope="col">{t('deployedModels.traffic')}</th>
            <th scope="col">{t('deployedModels.replicas')}</th>
            <th scope="col">{t('deployedModels.machine')}</th>
          </tr>
        </thead>
        <tbody>
          {models.map(model => (
            <tr key={model.id}>
              <th scope="row" title={model.model}>
                {model.displayName}
              </th>
              <td>{model.version ?? none}</td>
              <td className={model.idle ? styles.warning : undefined}>
                {model.idle && <span aria-hidden="true">⚠ </span>}
                {t('deployedModels.trafficShare', {
                  percent: `${model.traffic}`,
                })}
              </td>
              <td>{replicas(model)}</td>
              <td>{machine(model)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
