import type { RuleSettings, Severity } from '@backstage-vertex-ai/core';
import { InputError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { Core } from '../../core';
import {
  entityInputHelp,
  readEntitySource,
  requireOneSource,
} from '../../entitySource';
import { describeFindings, logFindings } from '../../findings';
import { checkWorkspace } from '../../workspaceCheck';
import { examples } from './examples';

/** The severities that make the task fail. */
const failing: Record<'error' | 'warning' | 'never', Severity[]> = {
  error: ['error'],
  warning: ['error', 'warning'],
  never: [],
};

/** `vertex:annotations:validate`: reads and checks the Vertex AI annotations of one entity, or of all in a folder. */
export function createAnnotationsValidateAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:annotations:validate',
    description:
      'Checks the google.com/vertex-ai-* annotations of an entity, or of all entities in a folder of the workspace, and says where each mistake is and what to do about it',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        entityRef: z =>
          z.string().optional().describe(entityInputHelp.entityRef),
        text: z => z.string().optional().describe(entityInputHelp.text),
        path: z =>
          z
            .string()
            .optional()
            .describe(
              'A file or a folder in the workspace, relative to its root; all entities in it are checked. Give this, entityRef or text.',
            ),
        environment: z =>
          z
            .string()
            .optional()
            .describe(
              'Reads google.com/vertex-ai-*.<environment> before the plain annotations',
            ),
        failOn: z =>
          z
            .enum(['error', 'warning', 'never'])
            .optional()
            .describe('What makes the task fail; error where it is left out'),
      },
      output: {
        valid: z => z.boolean().describe('Whether there are no errors'),
        diagnostics: z =>
          z
            .array(z.any())
            .describe('The findings, with code, message, where and help'),
      },
    },
    async handler(ctx) {
      requireOneSource(ctx.input);
      const { environment, path, failOn = 'error' } = ctx.input;
      const { catalog, rules } = options;
      const core = await options.loadCore();
      const { workspacePath } = ctx;
      const { valid, diagnostics } =
        path === undefined
          ? core.validate({
              source: await readEntitySource(ctx, catalog),
              environment,
              rules,
            })
          : await checkWorkspace(core, path, { workspacePath, rules });

      logFindings(ctx.logger, diagnostics);
      ctx.output('valid', valid);
      ctx.output('diagnostics', diagnostics);

      if (
        diagnostics.some(({ severity }) => failing[failOn].includes(severity))
      ) {
        throw new InputError(
          `The Vertex AI annotations are not right:\n${describeFindings(
            diagnostics,
          )}`,
        );
      }
      ctx.logger.info('The Vertex AI annotations were checked');
    },
  });
}
