import type { RuleSettings, Severity } from '@backstage-vertex-ai/core';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { Core } from '../../core';
import {
  entityInputHelp,
  readEntitySource,
  requireOneSource,
} from '../../entitySource';
import { describeFindings, logFindings } from '../../findings';
import { TaskError } from '../../taskError';
import { checkWorkspace } from '../../workspaceCheck';
import { examples } from './examples';

/** The severities that make the task fail. */
const failing: Record<'error' | 'warning' | 'never', Severity[]> = {
  error: ['error'],
  warning: ['error', 'warning'],
  never: [],
};

/** `vertex:annotations:validate`: checks the Vertex AI annotations of one entity, or of all entities in a folder. */
export function createAnnotationsValidateAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:annotations:validate',
    description:
      'Checks the google.com/vertex-ai-* annotations of an entity, or of all entities in a folder of the workspace. Reports where each mistake is and how to fix it.',
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
              'A file or a folder in the workspace, relative to its root. Excludes entityRef and text.',
            ),
        environment: z =>
          z
            .string()
            .optional()
            .describe(
              'An environment of the entity. Annotations that end in a full stop and this name are read before the plain ones.',
            ),
        failOn: z =>
          z
            .enum(['error', 'warning', 'never'])
            .optional()
            .describe('The severity that fails the task; error by default'),
      },
      output: {
        valid: z => z.boolean().describe('Whether no finding is an error'),
        diagnostics: z =>
          z
            .array(z.any())
            .describe('The findings: code, message, where and help of each'),
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
        throw TaskError.input(
          'The Vertex AI annotations have mistakes',
          describeFindings(diagnostics),
        );
      }
      ctx.logger.info('Checked the Vertex AI annotations');
    },
  });
}
