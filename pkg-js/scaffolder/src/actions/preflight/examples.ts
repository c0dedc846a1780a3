import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'End the task before a deployment that would fail',
    example: `steps:
  - id: preflight
    name: Check the deployment
    action: vertex:preflight
    input:
      entityRef: component:default/fraud-detector
      environment: staging
  - id: deploy
    name: Deploy the model
    action: vertex:model:deploy
    input:
      entityRef: component:default/fraud-detector
      environment: staging
`,
  },
  {
    description: 'Only report, also what is unknown',
    example: `steps:
  - id: preflight
    name: Check the deployment
    action: vertex:preflight
    input:
      path: ./catalog-info.yaml
      failOn: never
`,
  },
];
