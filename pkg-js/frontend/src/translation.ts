import {
  createTranslationRef,
  type TranslationRef,
} from '@backstage/frontend-plugin-api';

/**
 * The default text by key. Flat, so that the API report keeps the order of the keys.
 *
 * @public
 */
export const vertexAiMessages = {
  refresh: 'Refresh',
  retry: 'Try again',
  'severity.error': 'Error',
  'severity.warning': 'Warning',
  'severity.info': 'Note',
  'freshness.age': 'Updated {{age, relativetime}}',
  'freshness.stale': 'Out of date.',
  'coreBroken.title': 'Vertex AI cannot be shown in this browser',
  'coreBroken.description':
    '{{message}}. If the portal sets its own content security policy, script-src must include {{directive}}.',
  'statusCard.title': 'Vertex AI',
  'statusCard.loading': 'Loading the status',
  'statusCard.endpoint': 'Endpoint {{name}}, {{location}}',
  'statusCard.deploy': 'Deploy model',
  'statusCard.openConsole': 'Open in Google Cloud (new tab)',
  'deployedModels.label': 'Deployed models',
  'deployedModels.model': 'Model',
  'deployedModels.version': 'Version',
  'deployedModels.traffic': 'Traffic',
  'deployedModels.trafficShare': '{{percent}} %',
  'deployedModels.replicas': 'Replicas',
  'deployedModels.replicasOf': '{{available}} of {{range}}',
  'deployedModels.machine': 'Machine',
  'deployedModels.none': '–',
  'operation.step': 'Step {{index}} of {{total}}: {{stage}}',
  'operation.started': 'The deployment has started',
  'accessCard.title': 'Vertex AI access',
  'accessCard.loading': 'Loading your access',
  'accessCard.principal': 'Google identifies you as {{principal}}',
  'accessCard.missingInPortal':
    'Missing in Backstage: {{permissions}}. Ask an administrator of the portal.',
  'accessCard.note':
    'Google reports this for you now and decides again on each call.',
  'accessCard.request': 'Request access',
  'accessCard.unreachable': 'the portal does not respond',
  'accessCard.badResponse': 'the portal responded with HTTP {{status}}',
  'accessCard.unreachableHelp':
    'try again; if the problem persists, ask an administrator of the portal',
  'abilities.label': 'Your access',
  'abilities.action': 'Action',
  'abilities.allowed': 'Allowed',
  'abilities.missing': 'Missing permissions',
  'abilities.yes': 'Yes',
  'abilities.no': 'No',
  'abilities.unknown': 'Unknown',
  'abilities.none': '–',
  'missingPermissions.label': 'Missing permissions to deploy',
  'missingPermissions.permission': 'Missing permission',
  'missingPermissions.resource': 'Resource',
  'missingPermissions.consequence': 'Without it',
  'grantors.label': 'Who can grant access',
  'grantors.unknown':
    'The portal names nobody who can grant access. An administrator can set {{key}}.',
  'annotationsField.required': 'Required',
  'annotationsField.example': 'Example: {{example}}',
  'annotationsField.use': 'Use {{value}}',
} as const;

/**
 * All text of the cards and the form field, for apps that translate or reword it.
 *
 * Findings and headlines come from the compiled core and are English only.
 *
 * @public
 */
export const vertexAiTranslationRef: TranslationRef<
  'plugin.vertex-ai',
  typeof vertexAiMessages
> = createTranslationRef({
  id: 'plugin.vertex-ai',
  messages: vertexAiMessages,
});
