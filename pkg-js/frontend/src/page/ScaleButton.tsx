import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextField } from '@backstage/ui';
import { useState } from 'react';
import { vertexAiTranslationRef } from '../translation';
import { ChangeDialog } from './ChangeDialog';
import { ChangeForm } from './ChangeForm';
import type { ModelProps } from './modelProps';
import { wholeNumber } from './wholeNumber';

/** Changes the number of replicas of a deployed model. */
export function ScaleButton(props: ModelProps) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { displayName: model } = props.model;
  return (
    <ChangeDialog
      label={t('change.scale')}
      name={t('change.scale.name', { model })}
    >
      <ScaleForm {...props} />
    </ChangeDialog>
  );
}

function ScaleForm({ model, entityRef, environment }: ModelProps) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { replicas, displayName } = model;
  const [min, setMin] = useState(`${replicas.min ?? ''}`);
  const [max, setMax] = useState(`${replicas.max ?? ''}`);
  const minReplicas = wholeNumber(min);
  const maxReplicas = wholeNumber(max);
  const isComplete = minReplicas !== undefined && maxReplicas !== undefined;
  return (
    <ChangeForm
      title={t('change.scale.title', { model: displayName })}
      explanation={t('change.scale.explanation')}
      confirm={t('change.scale')}
      request={
        isComplete
          ? {
              kind: 'scale',
              entityRef,
              environment,
              deployedModelId: model.id,
              minReplicas,
              maxReplicas,
            }
          : undefined
      }
    >
      <TextField
        label={t('change.scale.min')}
        inputMode="numeric"
        // The first field of a dialog has the focus.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={min}
        onChange={setMin}
        isInvalid={minReplicas === undefined}
      />
      <TextField
        label={t('change.scale.max')}
        inputMode="numeric"
        value={max}
        onChange={setMax}
        isInvalid={maxReplicas === undefined}
      />
    </ChangeForm>
  );
}
