import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Which rights a group needs to deploy a model, for a week',
    example: `steps:
  - id: rights
    name: Compute the rights
    action: vertex:iam:plan
    input:
      entityRef: component:default/fraud-detector
      principal: group:ml-team@acme.example
      days: 7
`,
  },
  {
    description:
      'What whoever may deploy could do by way of a service account that holds more than serving needs',
    example: `steps:
  - id: rights
    name: Compute the rights
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
      'Which rights an update takes, where model and endpoint are there already, and log them for whoever decides',
    example: `steps:
  - id: rights
    name: Compute the rights
    action: vertex:iam:plan
    input:
      entityRef: component:default/fraud-detector
      principal: user:jane@acme.example
      expiresAt: '2026-12-24T18:00:00Z'
      found:
        model: true
        endpoint: true
  - id: say
    name: Say which rights
    action: debug:log
    input:
      message: \${{ steps.rights.output.permissions | dump }}
`,
  },
];
