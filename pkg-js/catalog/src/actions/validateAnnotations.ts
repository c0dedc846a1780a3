import {
  type EntitySource,
  type RuleSettings,
  validate,
} from '@backstage-vertex-ai/core';
import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { ActionsRegistryService } from '@backstage/backend-plugin-api/alpha';
import { InputError, NotFoundError } from '@backstage/errors';
import type { CatalogService } from '@backstage/plugin-catalog-node';

async function readSource(
  input: { entityRef?: string; text?: string },
  catalog: CatalogService,
  credentials: BackstageCredentials,
): Promise<EntitySource> {
  const { entityRef, text } = input;
  if ((entityRef === undefined) === (text === undefined)) {
    throw new InputError('exactly one of `entityRef` and `text` is required');
  }
  if (entityRef === undefined) return { text: text! };

  const entity = await catalog.getEntityByRef(entityRef, { credentials });
  if (!entity) {
    throw new NotFoundError(
      `\`${entityRef}\` does not exist in the catalog, or the caller cannot read it`,
    );
  }
  return { entity };
}

/** Registers `catalog:validate-vertex-ai-annotations`, the catalog's own check for agents and templates. */
export function registerValidateAnnotations(options: {
  actionsRegistry: ActionsRegistryService;
  catalog: CatalogService;
  rules?: RuleSettings;
}) {
  const { actionsRegistry, catalog, rules } = options;

  actionsRegistry.register({
    name: 'validate-vertex-ai-annotations',
    title: 'Validate Vertex AI annotations',
    description: `
Checks the google.com/vertex-ai-* annotations of one entity, which describe how a model is deployed on Google Vertex AI. It changes nothing and does not call Google.
Pass "entityRef" for an entity of the catalog, or "text" for a catalog-info.yaml that you are writing: findings about a text have lines and columns.
Use it after every change to these annotations and before a deployment. It returns all findings at once. Each has a stable "code", a "severity", a "message" and a place in "where". "help" gives advice, and "fix" holds exact replacements where one is certain.
"valid" is true where no finding is an error. An entity without such annotations is valid.
    `,
    attributes: { readOnly: true, idempotent: true, destructive: false },
    schema: {
      input: z =>
        z.object({
          entityRef: z
            .string()
            .optional()
            .describe(
              'Ref of an entity in the catalog, e.g. component:default/fraud-detector. Pass this or text.',
            ),
          text: z
            .string()
            .optional()
            .describe(
              'Text of a catalog-info.yaml with one entity. Pass this or entityRef.',
            ),
          environment: z
            .string()
            .optional()
            .describe(
              'Environment whose annotations are read first, e.g. staging for google.com/vertex-ai-model.staging',
            ),
        }),
      output: z =>
        z.object({
          valid: z.boolean().describe('Whether no finding is an error'),
          diagnostics: z
            .array(
              z
                .object({
                  code: z.string(),
                  severity: z.enum(['error', 'warning', 'info']),
                  message: z.string(),
                })
                .passthrough(),
            )
            .describe('Findings, in the order of the text'),
          waived: z
            .array(z.object({ code: z.string(), reason: z.string() }))
            .describe('Rules that the entity waives, with its reasons'),
        }),
    },
    examples: [
      {
        title: 'Check an entity of the catalog',
        input: { entityRef: 'component:default/fraud-detector' },
        output: { valid: true, diagnostics: [], waived: [] },
      },
    ],
    async action({ input, credentials }) {
      const source = await readSource(input, catalog, credentials);
      const { environment } = input;
      const { valid, diagnostics, waived } = validate({
        source,
        environment,
        rules,
      });
      const findings = diagnostics.map(finding => ({ ...finding }));
      return { output: { valid, diagnostics: findings, waived } };
    },
  });
}
