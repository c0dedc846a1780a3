import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Plan the access of a group to deploy a model, for a week',
    example: `steps:
  - id: rights
    name: Plan the access
    action: vertex:iam:plan
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
`,
  },
  {
    description:
      'Show the risks of a serving account that holds more than serving needs',
    example: `steps:
  - id: rights
    name: Plan the access
    action: vertex:iam:plan
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
      accountPowers:
        roles: [roles/editor]
`,
  },
  {
    description:
      'Plan the access for an update, where model and endpoint exist, and log it for its approver',
    example: `steps:
  - id: rights
    name: Plan the access
    action: vertex:iam:plan
    input:
      entityRef: component:default/fraud-detector
      principal: user:jane@acme.example
      expiresAt: '2026-12-24T18:00:00Z'
      found:
        model: true
        endpoint: true
  - id: say
    name: Log the permissions
    action: debug:log
    input:
      message: \${{ steps.rights.output.permissions | dump }}
`,
  },
];
