import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Deploy only where the rights are there',
    example: `steps:
  - id: rights
    name: Look whether the rights are there
    action: vertex:iam:verify
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
  - id: deploy
    name: Deploy the model
    action: vertex:model:deploy
    input:
      entityRef: component:default/fraud-detector
`,
  },
  {
    description: 'Ask for what is missing, where anything is',
    example: `steps:
  - id: rights
    name: Look whether the rights are there
    action: vertex:iam:verify
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      failOn: never
  - id: access
    name: Write the request
    if: \${{ not steps.rights.output.complete }}
    action: vertex:iam:request
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
`,
  },
];
