import { useTranslationRef } from '@backstage/frontend-plugin-api';
import { useDeploymentsClient } from '../deployments/useDeploymentsClient';
import { vertexAiTranslationRef } from '../translation';
import { ConfirmedButton } from './ConfirmedButton';

/** Removes again what a deployment has left, in the name of its user, an administrator, after a confirmation. */
export function TakeOverButton(props: { id: string; onAsked(): void }) {
  const { id, onAsked } = props;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const client = useDeploymentsClient();
  return (
    <ConfirmedButton
      texts={{
        button: t('takeover.button'),
        title: t('takeover.title'),
        explanation: t('takeover.explanation'),
        keep: t('takeover.keep'),
        confirm: t('takeover.confirm'),
      }}
      act={() => client.takeOver(id)}
      onAsked={onAsked}
    />
  );
}
