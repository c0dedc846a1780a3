import type { StatusReport } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Fragment, type ReactNode } from 'react';
import { vertexAiTranslationRef } from '../translation';
import styles from './VertexAiCard.module.css';

export type DeployedModel = StatusReport['deployedModels'][number];

const COLUMNS = 5;

/** The models at the endpoint, most traffic first. */
export function DeployedModels(props: {
  models: DeployedModel[];
  /** What stands below a model. */
  actions?(model: DeployedModel): ReactNode;
}) {
  const { models, actions } = props;
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
            <Fragment key={model.id}>
              <tr data-has-actions={Boolean(actions)}>
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
              {actions && (
                <tr>
                  <td colSpan={COLUMNS}>{actions(model)}</td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}
