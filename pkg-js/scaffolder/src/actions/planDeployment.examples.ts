import type { TemplateExample } from '@backstage/plugin-scaffolder-node';
import { stringify } from 'yaml';

export const examples: TemplateExample[] = [
  {
    description: 'Plan a deployment and show it as the task’s result',
    example: stringify({
      steps: [
        {
          id: 'plan',
          action: 'vertex:deployment:plan',
          name: 'Plan',
          input: {
            entityRef: 'component:default/fraud-detector',
            environment: 'staging',
          },
        },
      ],
      output: {
        text: [{ title: 'Plan', content: '${{ steps.plan.output.explanation }}' }],
      },
    }),
  },
];
