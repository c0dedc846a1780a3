import { createTranslationRef } from '@backstage/frontend-plugin-api';

/**
 * All text of the cards and the form field, for apps that translate or reword it.
 *
 * Findings and headlines come from the compiled core and are English only.
 *
 * @public
 */
export const vertexAiTranslationRef = createTranslationRef({
  id: 'plugin.vertex-ai',
  messages: {
    refresh: 'Refresh',
    retry: 'Try again',
    severity: {
      error: 'Error',
      warning: 'Warning',
      info: 'Note',
    },
    freshness: {
      age: 'Updated {{age, relativetime}}',
      stale: 'Out of date.',
    },
    coreBroken: {
      title: 'Vertex AI cannot be shown in this browser',
      description:
        '{{message}}. If the portal sets its own content security policy, script-src must include {{directive}}.',
    },
    statusCard: {
      title: 'Vertex AI',
      loading: 'Loading the status',
      endpoint: 'Endpoint {{name}}, {{location}}',
      deploy: 'Deploy model',
      openConsole: 'Open in Google Cloud (new tab)',
    },
    deployedModels: {
      label: 'Deployed models',
      model: 'Model',
      version: 'Version',
      traffic: 'Traffic',
      trafficShare: '{{percent}} %',
      replicas: 'Replicas',
      replicasOf: '{{available}} of {{range}}',
      machine: 'Machine',
      none: '–',
    },
    operation: {
      step: 'Step {{index}} of {{total}}: {{stage}}',
      started: 'The deployment has started',
    },
    accessCard: {
      title: 'Vertex AI access',
      loading: 'Loading your access',
      principal: 'Google identifies you as {{principal}}',
      missingInPortal:
        'Missing in Backstage: {{permissions}}. Ask an administrator of the portal.',
      note: 'Google reports this for you now and decides again on each call.',
      request: 'Request access',
      unreachable: 'the portal does not respond',
      badResponse: 'the portal responded with HTTP {{status}}',
      unreachableHelp:
        'try again; if the problem persists, ask an administrator of the portal',
    },
    abilities: {
      label: 'Your access',
      action: 'Action',
      allowed: 'Allowed',
      missing: 'Missing permissions',
      yes: 'Yes',
      no: 'No',
      unknown: 'Unknown',
      none: '–',
    },
    missingPermissions: {
      label: 'Missing permissions to deploy',
      permission: 'Missing permission',
      resource: 'Resource',
      consequence: 'Without it',
    },
    grantors: {
      label: 'Who can grant access',
      unknown:
        'The portal names nobody who can grant access. An administrator can set {{key}}.',
    },
    annotationsField: {
      required: 'Required',
      example: 'Example: {{example}}',
      use: 'Use {{value}}',
    },
  },
});
