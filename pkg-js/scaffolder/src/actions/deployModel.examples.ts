import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Deploy what the annotations of an entity describe',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          action: 'vertex:model:deploy',
          name: 'Deploy',
          input: { entityRef: 'component:default/fraud-detector' },
        },
      ],
    }),
  },
  {
    description: 'Deploy another version to the staging endpoint',
    example: stringify({
      steps: [
        {
          id: 'deploy',
          action: 'vertex:model:deploy',
          name: 'Deploy',
          input: {
            entityRef: 'component:default/fraud-detector',
            environment: 'staging',
            modelVersion: '4',
          },
        },
      ],
    }),
  },
];
