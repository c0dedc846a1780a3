import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description:
      'Write the request as files, and open a pull request where somebody decides',
    example: `steps:
  - id: access
    name: Write the request
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
      'Give the rights to somebody else, until they end; the task is started by whoever decides, with their own rights at Google',
    example: `steps:
  - id: access
    name: Give the rights
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
      'Ask Privileged Access Manager for a grant; the entitlement is there already, and somebody else approves',
    example: `steps:
  - id: access
    name: Ask for the rights
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
