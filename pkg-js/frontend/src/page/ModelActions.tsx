import type { RunKind } from '@backstage-vertex-ai/core';
import { Flex } from '@backstage/ui';
import type { ModelProps } from './modelProps';
import { ScaleButton } from './ScaleButton';
import { TrafficButton } from './TrafficButton';
import { UndeployButton } from './UndeployButton';

const BUTTONS: Partial<Record<RunKind, (props: ModelProps) => JSX.Element>> = {
  traffic: TrafficButton,
  scale: ScaleButton,
  undeploy: UndeployButton,
};

/** Buttons for the changes that a deployed model admits. */
export function ModelActions(props: ModelProps) {
  return (
    <Flex gap="2" style={{ flexWrap: 'wrap' }}>
      {props.model.changes.map(kind => {
        const Change = BUTTONS[kind];
        return Change && <Change key={kind} {...props} />;
      })}
    </Flex>
  );
}
