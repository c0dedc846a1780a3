import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Check an entity of the catalog',
    example: stringify({
      steps: [
        {
          id: 'validate',
          action: 'vertex:annotations:validate',
          name: 'Check the annotations',
          input: { entityRef: 'component:default/fraud-detector' },
        },
      ],
    }),
  },
  {
    description: 'Check a file that an earlier step has written, strictly',
    example: stringify({
      steps: [
        {
          id: 'validate',
          action: 'vertex:annotations:validate',
          name: 'Check the annotations',
          input: { path: 'catalog-info.yaml', failOn: 'warning' },
        },
      ],
    }),
  },
];
