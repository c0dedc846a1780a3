import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Deploy only with the required access',
    example: `steps:
  - id: rights
    name: Verify the access
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
    description: 'Request only the missing permissions',
    example: `steps:
  - id: rights
    name: Verify the access
    action: vertex:iam:verify
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
      failOn: never
      folder: access/fraud-detector
  - id: publish
    name: Request the missing permissions
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
