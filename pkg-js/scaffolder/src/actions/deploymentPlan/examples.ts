import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: "Plan the deployment of an entity's model",
    example: `steps:
  - id: plan
    name: Plan the deployment
    action: vertex:deployment:plan
    input:
      entityRef: component:default/fraud-detector
`,
  },
  {
    description: 'Plan another version for the environment "staging"',
    example: `steps:
  - id: plan
    name: Plan the deployment
    action: vertex:deployment:plan
    input:
      entityRef: component:default/fraud-detector
      environment: staging
      modelVersion: '2'
`,
  },
  {
    description:
      'Plan what a catalog-info.yaml of the workspace describes, and log the permissions that it needs',
    example: `steps:
  - id: plan
    name: Plan the deployment
    action: vertex:deployment:plan
    input:
      path: ./catalog-info.yaml
  - id: permissions
    name: Log the permissions
    action: debug:log
    input:
      message: \${{ steps.plan.output.permissions | dump }}
`,
  },
];
