import type { TemplateExample } from '@backstage/plugin-scaffolder-node';

export const examples: TemplateExample[] = [
  {
    description: 'Check an entity of the catalog before deploying its model',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      entityRef: component:default/fraud-detector
`,
  },
  {
    description:
      'Check the catalog-info.yaml that earlier steps wrote, for the environment "staging"; warnings fail the task too',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      path: ./catalog-info.yaml
      environment: staging
      failOn: warning
`,
  },
  {
    description: 'Check every entity that earlier steps wrote',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      path: .
`,
  },
  {
    description: 'Only report, and let a later step look at the outcome',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      path: ./catalog-info.yaml
      failOn: never
  - id: note
    name: Say that something is wrong
    if: \${{ not steps.validate.output.valid }}
    action: debug:log
    input:
      message: \${{ steps.validate.output.diagnostics | dump }}
`,
  },
];
