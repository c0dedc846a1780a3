import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Deployment } from '../deployments/deployment';
import { vertexAiTranslationRef } from '../translation';

/** The last part of a resource's name. */
const short = (name: string) => name.split('/').at(-1)!;

/** What a deployment deploys, in a few words: the model, and the environment where there is one. */
export function useWhat({ model, environment }: Deployment): string {
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const name = model ? short(model) : t('deployment.untitled');
  return environment ? t('history.whatIn', { model: name, environment }) : name;
}
