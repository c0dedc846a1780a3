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
    throw new InputError('Give exactly one of entityRef and text');
  }
  if (entityRef === undefined) return { text: text! };

  const entity = await catalog.getEntityByRef(entityRef, { credentials });
  if (!entity) {
    throw new NotFoundError(
      `The catalog has no ${entityRef}, or you may not see it`,
    );
  }
  return { entity };
}

/** `catalog:validate-vertex-ai-annotations`: what the catalog would find, for agents and templates. */
export function registerValidateAnnotations(options: {
  actionsRegistry: ActionsRegistryService;
  catalog: CatalogService;
  rules?: RuleSettings;
}) {
  const { actionsRegistry, catalog, rules } = options;

  actionsRegistry.register({
    name: 'validate-vertex-ai-annotations',
    title: 'Validate Vertex AI Annotations',
    description: `
Checks the google.com/vertex-ai-* annotations of one entity, which say how a model is deployed on Google Vertex AI. Nothing is changed and Google is not called.
Give "entityRef" for an entity of the catalog, or "text" for a catalog-info.yaml that you are writing: its findings have lines and columns.
Use it after every change to these annotations and before a deployment. All findings come at once: each has a stable "code", a "severity", a "message" and "where" it is; "help" says what to do, and "fix" holds exact replacements where one is certain.
"valid" is true where no finding is an error. Entities without such annotations are valid.
    `,
    attributes: { readOnly: true, idempotent: true, destructive: false },
    schema: {
      input: z =>
        z.object({
          entityRef: z
            .string()
            .optional()
            .describe(
              'The entity as the catalog has it, e.g. component:default/fraud-detector. Give this or text.',
            ),
          text: z
            .string()
            .optional()
            .describe(
              'The text of a catalog-info.yaml, with one entity. Give this or entityRef.',
            ),
          environment: z
            .string()
            .optional()
            .describe(
              'Reads google.com/vertex-ai-*.<environment> before the plain annotations',
            ),
        }),
      output: z =>
        z.object({
          valid: z.boolean().describe('Whether there is no error'),
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
            .describe('The findings, in the order of the text'),
          waived: z
            .array(z.object({ code: z.string(), reason: z.string() }))
            .describe('What the entity itself waives, with its reasons'),
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
