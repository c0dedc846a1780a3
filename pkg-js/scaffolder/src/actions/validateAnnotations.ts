import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { validate } from '@backstage-vertex-ai/core/server';
import { logFindings, renderFindings } from '../findings';
import { readSource } from '../source';
import { diagnosticsSchema, sourceSchema } from './schema';
import { examples } from './validateAnnotations.examples';

/** `vertex:annotations:validate`: reads and checks the Vertex AI annotations of one entity. */
export function createValidateAnnotationsAction(options: {
  catalog: Pick<CatalogService, 'getEntityByRef'>;
}) {
  return createTemplateAction({
    id: 'vertex:annotations:validate',
    description: 'Checks the Vertex AI annotations of an entity',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...sourceSchema,
        failOn: z =>
          z
            .enum(['error', 'warning', 'never'], {
              description: 'Which findings fail the task; left out: error',
            })
            .optional(),
      },
      output: {
        valid: z =>
          z.boolean({ description: 'Whether there are no errors' }),
        diagnostics: diagnosticsSchema,
      },
    },
    async handler(ctx) {
      const { environment, failOn = 'error', ...input } = ctx.input;
      const source = await readSource(input, ctx, options.catalog);
      const { valid, diagnostics } = validate({ source, environment });
      logFindings(ctx.logger, diagnostics);
      ctx.output('valid', valid);
      ctx.output('diagnostics', diagnostics);
      const failing = {
        error: ['error'],
        warning: ['error', 'warning'],
        never: [],
      }[failOn] as string[];
      const reasons = diagnostics.filter(d => failing.includes(d.severity));
      if (reasons.length > 0) {
        throw new InputError(
          `The Vertex AI annotations are wrong:\n${renderFindings(reasons)}`,
        );
      }
      ctx.logger.info('The Vertex AI annotations are right');
    },
  });
}
