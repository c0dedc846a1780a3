import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { TextField } from '@backstage/ui';
import { useState } from 'react';
import { vertexAiTranslationRef } from '../translation';
import { ChangeDialog } from './ChangeDialog';
import { ChangeForm } from './ChangeForm';
import type { ModelProps } from './modelProps';
import { wholeNumber } from './wholeNumber';

/** Changes the share of the endpoint's traffic that a deployed model receives. */
export function TrafficButton(props: ModelProps) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { displayName: model } = props.model;
  return (
    <ChangeDialog
      label={t('change.traffic')}
      name={t('change.traffic.name', { model })}
    >
      <TrafficForm {...props} />
    </ChangeDialog>
  );
}

function TrafficForm({ model, entityRef, environment }: ModelProps) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const [text, setText] = useState(`${model.traffic}`);
  const traffic = wholeNumber(text);
  return (
    <ChangeForm
      title={t('change.traffic.title', { model: model.displayName })}
      explanation={t('change.traffic.explanation')}
      confirm={t('change.traffic')}
      request={
        traffic === undefined
          ? undefined
          : {
              kind: 'traffic',
              entityRef,
              environment,
              deployedModelId: model.id,
              traffic,
            }
      }
    >
      <TextField
        label={t('change.traffic.share')}
        inputMode="numeric"
        // The first field of a dialog has the focus.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={text}
        onChange={setText}
        isInvalid={traffic === undefined}
      />
    </ChangeForm>
  );
}
