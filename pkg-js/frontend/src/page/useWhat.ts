import { useTranslationRef } from '@backstage/frontend-plugin-api';
import type { Deployment } from '../deployments/deployment';
import { vertexAiTranslationRef } from '../translation';

/** The titles of the kinds of deployments. A kind of a newer backend has that of a deployment. */
const TITLES = {
  deploy: 'deployment.title',
  undeploy: 'deployment.title.undeploy',
  traffic: 'deployment.title.traffic',
  scale: 'deployment.title.scale',
  rollback: 'deployment.title.rollback',
  promote: 'deployment.title.promote',
} as const;

const isKnown = (kind: string): kind is keyof typeof TITLES => kind in TITLES;

/** The last part of a resource's name. */
const short = (name: string) => name.split('/').at(-1)!;

/** What a deployment changes, in a few words: the model, and the environment where there is one. `title` and `label` name the kind, too. */
export function useWhat(deployment: Deployment) {
  const { kind, model, environment } = deployment;
  const { t } = useTranslationRef(vertexAiTranslationRef);
  const name = model ? short(model) : t('deployment.untitled');
  const what = environment
    ? t('history.whatIn', { model: name, environment })
    : name;
  const title = t(TITLES[isKnown(kind) ? kind : 'deploy'], { model: what });
  return { what, title, label: kind === 'deploy' ? what : title };
}
