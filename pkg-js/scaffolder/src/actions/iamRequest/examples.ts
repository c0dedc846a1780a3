import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description:
      'Write the access request as files, and open a pull request for its approver',
    example: `steps:
  - id: access
    name: Write the access request
    action: vertex:iam:request
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
      folder: access/fraud-detector
  - id: publish
    name: Open a pull request
    action: publish:github:pull-request
    input:
      repoUrl: github.com?owner=acme&repo=cloud-access
      branchName: access-fraud-detector
      title: Rights to deploy fraud-detector
      description: \${{ steps.access.output.explanation }}
`,
  },
  {
    description:
      'Grant access to somebody else until a date; an administrator starts the task',
    example: `steps:
  - id: access
    name: Grant access
    action: vertex:iam:request
    input:
      entityRef: component:default/fraud-detector
      principal: user:jane@acme.example
      for: user:default/jane
      days: 7
      deliver: apply
`,
  },
  {
    description:
      'Request a grant of Privileged Access Manager, which somebody else approves; the entitlement exists',
    example: `steps:
  - id: access
    name: Request a grant
    action: vertex:iam:request
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      approvers: [group:platform@acme.example]
      days: 1
      justification: Release 3 of the model
      deliver: pam
`,
  },
];
