import { type RuleSettings, validate } from '@backstage-vertex-ai/core';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const ON_INVALID = ['warn', 'refuse'] as const;

/** Treatment of an entity whose annotations have errors. */
export type OnInvalid = (typeof ON_INVALID)[number];

/** An entity without annotations: findings about it are findings about the rules. */
const BLANK = { apiVersion: 'v1', kind: 'Blank', metadata: { name: 'blank' } };

/**
 * Reads `vertexAi.rules`.
 *
 * @throws InputError with every finding of the core about them
 */
export function readRules(config: Config): RuleSettings | undefined {
  const rules = config.getOptional<RuleSettings>('vertexAi.rules');
  const { diagnostics } = validate({ source: { entity: BLANK }, rules });
  if (diagnostics.length > 0) {
    const lines = diagnostics.map(
      ({ where, message, help }) =>
        `${where?.path}: ${message}${help ? ` — ${help}` : ''}`,
    );
    throw new InputError(
      `Invalid configuration of Vertex AI:\n${lines.join('\n')}`,
    );
  }
  return rules;
}

/**
 * Reads `vertexAi.catalog.onInvalid`.
 *
 * @throws InputError for an unknown key or value
 */
export function readOnInvalid(config: Config): OnInvalid {
  const catalog = config.getOptionalConfig('vertexAi.catalog');
  const unknown = catalog?.keys().find(key => key !== 'onInvalid');
  if (unknown !== undefined) {
    throw new InputError(
      `Invalid configuration of Vertex AI:\nvertexAi.catalog.${unknown}: unknown key, expected \`onInvalid\``,
    );
  }
  const given = catalog?.getOptionalString('onInvalid') ?? 'warn';
  const onInvalid = ON_INVALID.find(value => value === given);
  if (onInvalid === undefined) {
    throw new InputError(
      `Invalid configuration of Vertex AI:\nvertexAi.catalog.onInvalid: \`${given}\` is neither \`warn\` nor \`refuse\``,
    );
  }
  return onInvalid;
}
