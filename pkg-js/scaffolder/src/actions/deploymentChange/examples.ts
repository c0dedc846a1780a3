import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

/** Examples by kind. */
export const examples: Record<
  'undeploy' | 'traffic' | 'scale' | 'rollback' | 'promote',
  TemplateExample[]
> = {
  undeploy: [
    {
      description: 'Remove one deployed model',
      example: `steps:
  - id: undeploy
    name: Undeploy the model
    action: vertex:deployment:undeploy
    input:
      entityRef: component:default/fraud-detector
      deployedModelId: '1234567890'
`,
    },
    {
      description:
        "Remove every deployed model of the entity's model, and the endpoint",
      example: `steps:
  - id: undeploy
    name: Undeploy the model
    action: vertex:deployment:undeploy
    input:
      entityRef: component:default/fraud-detector
      environment: staging
      all: true
      deleteEndpoint: fraud-detector
`,
    },
  ],
  traffic: [
    {
      description: 'Send a fifth of the traffic to a deployed model',
      example: `steps:
  - id: traffic
    name: Shift the traffic
    action: vertex:deployment:traffic
    input:
      entityRef: component:default/fraud-detector
      deployedModelId: '1234567890'
      traffic: 20
`,
    },
  ],
  scale: [
    {
      description: 'Run a deployed model with two to five replicas',
      example: `steps:
  - id: scale
    name: Change the replicas
    action: vertex:deployment:scale
    input:
      entityRef: component:default/fraud-detector
      deployedModelId: '1234567890'
      minReplicas: 2
      maxReplicas: 5
`,
    },
  ],
  rollback: [
    {
      description: 'Return to a former deployment of the history',
      example: `steps:
  - id: rollback
    name: Roll back
    action: vertex:deployment:rollback
    input:
      entityRef: component:default/fraud-detector
      deployment: 1b2c7a52-7b5e-4f0e-9d44-6c1d4a5f0a3e
`,
    },
  ],
  promote: [
    {
      description: 'Deploy to production what staging deployed last',
      example: `steps:
  - id: promote
    name: Promote to production
    action: vertex:deployment:promote
    input:
      entityRef: component:default/fraud-detector
      from: staging
      environment: production
`,
    },
  ],
};
