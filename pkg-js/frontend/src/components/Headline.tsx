import type { StatusReport } from '@backstage-vertex-ai/core';
import type { AccessReport } from '@backstage-vertex-ai/core/server';
import { Text } from '@backstage/ui';
import { Prose } from './Prose';
import styles from './VertexAiCard.module.css';

type State = StatusReport['state'] | AccessReport['state'];

/** A sign beside each headline, so that colour is never the only difference. */
const SIGNS: Record<State, string> = {
  serving: '●',
  complete: '✓',
  deploying: '◐',
  failed: '✕',
  missing: '✕',
  cancelled: '⊘',
  idle: '○',
  absent: '○',
  'not-annotated': '○',
  invalid: '!',
  unavailable: '?',
};

/** The state in one sentence, with an optional second line. */
export function Headline(props: {
  state: State;
  text: string;
  detail?: string;
}) {
  const { state, text, detail } = props;
  return (
    <div className={styles.headline}>
      <span aria-hidden="true" className={styles.sign} data-state={state}>
        {SIGNS[state]}
      </span>
      <div>
        <Text as="h3" variant="title-x-small" weight="bold">
          <Prose text={text} />
        </Text>
        {detail && (
          <Text as="p" variant="body-small" className={styles.detail}>
            {detail}
          </Text>
        )}
      </div>
    </div>
  );
}
