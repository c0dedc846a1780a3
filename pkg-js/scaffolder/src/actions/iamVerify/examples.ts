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
    description: 'Ask for what is missing only, where anything is',
    example: `steps:
  - id: rights
    name: Look whether the rights are there
    action: vertex:iam:verify
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
      failOn: never
      folder: access/fraud-detector
  - id: publish
    name: Ask for them
    if: \${{ not steps.rights.output.complete }}
    action: publish:github:pull-request
    input:
      repoUrl: github.com?owner=acme&repo=cloud-access
      branchName: access-fraud-detector
      title: Access to fraud-detector
      description: \${{ steps.rights.output.renderings['access-request.md'] }}
`,
  },
];
