import type { RunKind } from '@backstage-vertex-ai/core';
import { Flex } from '@backstage/ui';
import type { DeployedModel } from '../components/DeployedModels';
import { ScaleButton } from './ScaleButton';
import { TrafficButton } from './TrafficButton';
import { UndeployButton } from './UndeployButton';

/** A deployed model of an entity, which a dialog changes. */
export interface ModelProps {
  model: DeployedModel;
  entityRef: string;
  /** Absent for the plain annotations. */
  environment?: string;
  endpoint: string;
}

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
