import type { StartRequest } from '@backstage-vertex-ai/core';
import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { Radio, RadioGroup, TextField } from '@backstage/ui';
import { useState } from 'react';
import { vertexAiTranslationRef } from '../translation';
import { ChangeDialog } from './ChangeDialog';
import { ChangeForm } from './ChangeForm';
import type { ModelProps } from './modelProps';

/** Undeploys one model, or every version; the endpoint, too, once the user has typed its id. */
export function UndeployButton(props: ModelProps) {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const { displayName: model } = props.model;
  return (
    <ChangeDialog
      label={t('change.undeploy')}
      name={t('change.undeploy.name', { model })}
      destructive
    >
      <UndeployForm {...props} />
    </ChangeDialog>
  );
}

type Scope = 'one' | 'all' | 'endpoint';

function UndeployForm(props: ModelProps) {
  const { model, entityRef, environment, endpoint } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const [scope, setScope] = useState<Scope>('one');
  const [typed, setTyped] = useState('');
  const options: Record<Scope, StartRequest> = {
    one: { deployedModelId: model.id },
    all: { all: true },
    endpoint: { all: true, deleteEndpoint: typed },
  };
  const isConfirmed = scope !== 'endpoint' || typed === endpoint;
  const { displayName } = model;
  return (
    <ChangeForm
      title={t('change.undeploy.title', { model: displayName })}
      explanation={t('change.undeploy.explanation')}
      confirm={t('change.undeploy')}
      destructive
      request={
        isConfirmed
          ? { kind: 'undeploy', entityRef, environment, ...options[scope] }
          : undefined
      }
    >
      <RadioGroup
        label={t('change.undeploy.scope')}
        value={scope}
        onChange={value => setScope(value as Scope)}
      >
        <Radio value="one">
          {t('change.undeploy.one', { model: displayName })}
        </Radio>
        <Radio value="all">{t('change.undeploy.all')}</Radio>
        <Radio value="endpoint">{t('change.undeploy.endpoint')}</Radio>
      </RadioGroup>
      {scope === 'endpoint' && (
        <TextField
          label={t('change.undeploy.confirm', { endpoint })}
          autoComplete="off"
          value={typed}
          onChange={setTyped}
        />
      )}
    </ChangeForm>
  );
}
