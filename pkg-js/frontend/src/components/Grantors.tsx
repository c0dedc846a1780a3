import type { AccessReport } from '@backstage-vertex-ai/core/server';
import { EntityRefLink } from '@backstage/plugin-catalog-react';
import { Text } from '@backstage/ui';
import { useId } from 'react';
import styles from './VertexAiCard.module.css';

/** Who can give what is missing. */
export function Grantors({ grantors }: Pick<AccessReport, 'grantors'>) {
  const id = useId();
  if (grantors.length === 0) {
    return (
      <Text as="p" variant="body-small">
        Who can give these rights is not known here: whoever looks after the
        portal can name them in <code>vertexAi.access.grantors</code>.
      </Text>
    );
  }
  return (
    <div>
      <Text as="p" variant="body-small" weight="bold" id={id}>
        Who can give these rights
      </Text>
      <ul className={styles.names} aria-labelledby={id}>
        {grantors.map(({ name, kind }) => (
          <li key={name}>
            {kind === 'entity' ? <EntityRefLink entityRef={name} /> : name}
          </li>
        ))}
      </ul>
    </div>
  );
}
