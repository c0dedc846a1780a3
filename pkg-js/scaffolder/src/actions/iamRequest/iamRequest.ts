import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { CatalogService } from '@backstage/plugin-catalog-node';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import type { JsonObject } from '@backstage/types';
import { writeRenderings } from '../../accessFiles';
import { planAccessAndLog, readAccessRequest } from '../../accessRequest';
import { accessInputSchema } from '../../accessSchema';
import type { Core } from '../../core';
import { examples } from './examples';

/** Where the files go if nobody says. */
const FOLDER = 'access';

/** `vertex:iam:request`: asks for the rights that `vertex:iam:plan` computes. */
export function createIamRequestAction(options: {
  catalog: CatalogService;
  loadCore(): Promise<Core>;
  rules?: RuleSettings;
}) {
  return createTemplateAction({
    id: 'vertex:iam:request',
    description:
      'Asks for the least Google rights that the deployment of an entity takes: writes the files for a pull request.',
    examples,
    supportsDryRun: true,
    schema: {
      input: {
        ...accessInputSchema,
        deliver: z =>
          z
            .enum(['files'])
            .optional()
            .describe(
              'files (left out): writes every rendering of the request into the workspace, for a step that publishes them',
            ),
        folder: z =>
          z
            .string()
            .optional()
            .describe(
              `With files: the folder in the workspace; ${FOLDER} where it is left out`,
            ),
      },
      output: {
        request: z => z.object({}).passthrough().describe('The rights as data'),
        explanation: z =>
          z.string().describe('The request in Markdown, for whoever decides'),
        state: z =>
          z
            .enum(['written'])
            .describe('written: nobody has given anything yet'),
        files: z =>
          z
            .array(z.string())
            .describe('The files that were written, relative to the workspace'),
      },
    },
    async handler(ctx) {
      const core = await options.loadCore();
      const asked = await readAccessRequest(ctx, options);
      const { request, renderings, explanation } = planAccessAndLog(
        core,
        asked,
        ctx.logger,
      );
      ctx.output('request', request as unknown as JsonObject);
      ctx.output('explanation', explanation);

      const files = await writeRenderings(renderings, {
        workspacePath: ctx.workspacePath,
        folder: ctx.input.folder ?? FOLDER,
      });
      ctx.logger.info(`Written: ${files.join(', ')}`);
      ctx.output('state', 'written');
      ctx.output('files', files);
    },
  });
}
