import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: "Deploy an entity's model, and link to it",
    example: `steps:
  - id: deploy
    name: Deploy the model
    action: vertex:model:deploy
    input:
      entityRef: component:default/fraud-detector
output:
  links:
    - title: Google Cloud console
      url: \${{ steps.deploy.output.consoleUrl }}
`,
  },
  {
    description: 'Deploy another version to the environment "staging"',
    example: `steps:
  - id: deploy
    name: Deploy the model
    action: vertex:model:deploy
    input:
      entityRef: component:default/fraud-detector
      environment: staging
      modelVersion: '2'
`,
  },
  {
    description: 'Deploy what a catalog-info.yaml of the workspace describes',
    example: `steps:
  - id: fetch
    name: Fetch the repository
    action: fetch:plain
    input:
      url: https://github.com/acme/fraud-detector
  - id: deploy
    name: Deploy the model
    action: vertex:model:deploy
    input:
      path: ./catalog-info.yaml
`,
  },
];
