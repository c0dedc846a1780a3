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
  'statusCard.details': 'Deployments',
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
  'page.title': 'Vertex AI',
  'page.current': 'Current state',
  'page.environment': 'Environment {{name}}',
  'page.running': 'Running now',
  'page.history': 'History',
  'page.back': 'All deployments',
  'page.unreachable': 'the portal does not respond',
  'page.badResponse': 'the portal responded with HTTP {{status}}',
  'page.unreachableHelp':
    'try again; if the problem persists, ask an administrator of the portal',
  'deployment.title': 'Deployment of {{model}}',
  'deployment.title.undeploy': 'Undeployment of {{model}}',
  'deployment.title.traffic': 'Traffic of {{model}}',
  'deployment.title.scale': 'Replicas of {{model}}',
  'deployment.untitled': 'Deployment',
  'deployment.loading': 'Loading the deployment',
  'deployment.state.pending': 'Waiting',
  'deployment.state.running': 'Running',
  'deployment.state.cancelling': 'Cancelling',
  'deployment.state.removing': 'Removing what was created',
  'deployment.state.succeeded': 'Succeeded',
  'deployment.state.failed': 'Failed',
  'deployment.state.cancelled': 'Cancelled',
  'deployment.environment': 'Environment',
  'deployment.startedBy': 'Started by',
  'deployment.started': 'Started',
  'deployment.ended': 'Ended',
  'deployment.duration': 'Duration',
  'deployment.model': 'Model',
  'deployment.endpoint': 'Endpoint',
  'deployment.deployedModel': 'Deployed model',
  'deployment.operation': 'Google operation',
  'deployment.mandate': 'Mandate',
  'deployment.id': 'Deployment',
  'deployment.cancelledBy': 'Cancelled by',
  'deployment.removed': 'Removed',
  'deployment.undone': 'Removed again',
  'deployment.notUndone': 'Could not be removed',
  'deployment.facts': 'Facts',
  'deployment.findings': 'Findings',
  'deployment.log': 'Log',
  'deployment.logEmpty': 'No entries yet',
  'deployment.details': 'Details',
  'deployment.elapsed': 'Running for {{duration}}',
  'deployment.waiting': 'Waiting for {{duration}}',
  'deployment.expectedStage':
    'This step usually takes {{typical}}, and in 95 % of cases less than {{slow}}',
  'deployment.expected':
    'In all usually {{typical}}, and in 95 % of cases less than {{slow}}',
  'cancel.button': 'Cancel deployment',
  'cancel.title': 'Cancel this deployment?',
  'cancel.explanation':
    'The portal asks Google to stop, and removes what this deployment has created. What served before keeps serving.',
  'cancel.confirm': 'Cancel deployment',
  'cancel.keep': 'Keep deploying',
  'history.label': 'Deployments, newest first',
  'history.when': 'When and how long',
  'history.who': 'Who',
  'history.what': 'What',
  'history.outcome': 'Outcome and reason',
  'history.loading': 'Loading the history',
  'history.empty': 'Nothing has been deployed from this portal yet.',
  'history.more': 'Show older deployments',
  'history.whatIn': '{{model}} in {{environment}}',
  'duration.seconds': '{{seconds}} s',
  'duration.minutes': '{{minutes}} min {{seconds}} s',
  'duration.hours': '{{hours}} h {{minutes}} min',
  'accessCard.title': 'Vertex AI access',
  'accessCard.loading': 'Loading your access',
  'accessCard.principal': 'Google identifies you as {{principal}}',
  'accessCard.missingInPortal':
    'Missing in Backstage: {{permissions}}. Ask an administrator of the portal.',
  'accessCard.invalid':
    'Fix the annotations first. The card Vertex AI shows what is wrong with them.',
  'accessCard.note':
    'Google reports this for you now and decides again on each call.',
  'accessCard.request': 'Request access',
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
  'environmentField.title': 'Environment',
  'environmentField.choose': 'Choose an environment',
  'environmentField.plain': 'The entity without an environment',
  'environmentField.only': 'Deploys: {{environment}}',
  'environmentField.noEntity': 'Choose an entity first.',
  'environmentField.notFound':
    '{{entityRef}} is missing in the catalog or hidden from you',
  'environmentField.summary': 'What will be deployed',
  'environmentField.image': 'Container image',
  'annotationsField.required': 'Required',
  'annotationsField.example': 'Example: {{example}}',
  'annotationsField.use': 'Use {{value}}',
} as const;

/**
 * All text of the tab, the cards and the form field, for apps that translate or reword it.
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
