import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useDeploymentsClient } from '../deployments/useDeploymentsClient';
import { vertexAiTranslationRef } from '../translation';
import { ConfirmedButton } from './ConfirmedButton';

/** Cancels a deployment after a confirmation. */
export function CancelButton(props: { id: string; onAsked(): void }) {
  const { id, onAsked } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const client = useDeploymentsClient();
  return (
    <ConfirmedButton
      texts={{
        button: t('cancel.button'),
        title: t('cancel.title'),
        explanation: t('cancel.explanation'),
        keep: t('cancel.keep'),
        confirm: t('cancel.confirm'),
      }}
      act={() => client.cancel(id)}
      onAsked={onAsked}
    />
  );
}
