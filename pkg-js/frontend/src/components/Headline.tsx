import type { StatusReport } from '@backstage-vertex-ai/core';
import { Text } from '@backstage/ui';
import styles from './VertexAiCard.module.css';

/** A sign beside the words, for those who see neither or only one of them. */
const SIGNS: Record<StatusReport['state'], string> = {
  serving: '●',
  deploying: '◐',
  failed: '✕',
  idle: '○',
  absent: '○',
  'not-annotated': '○',
  invalid: '!',
  unavailable: '?',
};

/** The state in one sentence; screen readers hear when it changes. */
export function Headline({ report }: { report: StatusReport }) {
  return (
    <div role="status" aria-live="polite" className={styles.headline}>
      <span
        aria-hidden="true"
        className={styles.sign}
        data-state={report.state}
      >
        {SIGNS[report.state]}
      </span>
      <div>
        <Text as="h3" variant="title-x-small" weight="bold">
          {report.headline}
        </Text>
        {report.endpoint && (
          <Text as="p" variant="body-small" color="secondary">
            Endpoint {report.endpoint.displayName}, {report.endpoint.location}
          </Text>
        )}
      </div>
    </div>
  );
}
