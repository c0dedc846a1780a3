import type { IamGrant } from '@backstage-vertex-ai/core/server';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { vertexAiTranslationRef } from '../translation';
import { Prose } from './Prose';
import styles from './VertexAiCard.module.css';

/** The permissions that the user misses for a deployment, each with its resource and its purpose. */
export function MissingPermissions({ grants }: { grants: IamGrant[] }) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  return (
    <div className={styles.scroll}>
      <table
        className={`${styles.table} ${styles.stacked}`}
        aria-label={t('missingPermissions.label')}
      >
        <thead>
          <tr>
            <th scope="col">{t('missingPermissions.permission')}</th>
            <th scope="col">{t('missingPermissions.resource')}</th>
            <th scope="col">{t('missingPermissions.consequence')}</th>
          </tr>
        </thead>
        <tbody>
          {grants.flatMap(({ resource, permissions }) =>
            permissions.map(({ permission, without }) => (
              <tr key={`${resource} ${permission}`}>
                <th scope="row">{permission}</th>
                <td className={styles.wrap}>{resource}</td>
                <td className={styles.wrap}>
                  <Prose text={without} />
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}
