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
      'Check the catalog-info.yaml of an earlier step, for the environment "staging"; warnings fail the task too',
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
    description: 'Check every entity of the workspace',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      path: .
`,
  },
  {
    description: 'Report only, and let a later step read the result',
    example: `steps:
  - id: validate
    name: Check the annotations
    action: vertex:annotations:validate
    input:
      path: ./catalog-info.yaml
      failOn: never
  - id: note
    name: Log that there are mistakes
    if: \${{ not steps.validate.output.valid }}
    action: debug:log
    input:
      message: \${{ steps.validate.output.diagnostics | dump }}
`,
  },
];
