import type { IamGrant } from '@backstage-vertex-ai/core/server';
import styles from './VertexAiCard.module.css';

/** What a deployment takes and the user does not have, on what, and what it is for. */
export function MissingRights({ grants }: { grants: IamGrant[] }) {
  return (
    <div className={styles.scroll}>
      <table className={styles.models} aria-label="Missing for a deployment">
        <thead>
          <tr>
            <th scope="col">Missing for a deployment</th>
            <th scope="col">On</th>
            <th scope="col">Without it</th>
          </tr>
        </thead>
        <tbody>
          {grants.flatMap(({ resource, permissions }) =>
            permissions.map(({ permission, without }) => (
              <tr key={`${resource} ${permission}`}>
                <th scope="row">{permission}</th>
                <td className={styles.wrap}>{resource}</td>
                <td className={styles.wrap}>{without}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </div>
  );
}
