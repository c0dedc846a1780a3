import { type RuleSettings, validate } from '@backstage-vertex-ai/core';
import type { Config } from '@backstage/config';
import { InputError } from '@backstage/errors';

const ON_INVALID = ['warn', 'refuse'] as const;

/** What becomes of an entity whose annotations have errors. */
export type OnInvalid = (typeof ON_INVALID)[number];

/** An entity about which only the settings can be wrong. */
const BLANK = { apiVersion: 'v1', kind: 'Blank', metadata: { name: 'blank' } };

/**
 * `vertexAi.rules`, as the core wants them.
 *
 * @throws InputError with every mistake that the core finds in them
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
      `The configuration of Vertex AI is wrong:\n${lines.join('\n')}`,
    );
  }
  return rules;
}

/**
 * `vertexAi.catalog.onInvalid`.
 *
 * @throws InputError where `vertexAi.catalog` says anything else
 */
export function readOnInvalid(config: Config): OnInvalid {
  const catalog = config.getOptionalConfig('vertexAi.catalog');
  const unknown = catalog?.keys().find(key => key !== 'onInvalid');
  if (unknown !== undefined) {
    throw new InputError(
      `The configuration of Vertex AI is wrong:\nvertexAi.catalog.${unknown}: its only key is \`onInvalid\``,
    );
  }
  const given = catalog?.getOptionalString('onInvalid') ?? 'warn';
  const onInvalid = ON_INVALID.find(value => value === given);
  if (onInvalid === undefined) {
    throw new InputError(
      `The configuration of Vertex AI is wrong:\nvertexAi.catalog.onInvalid: \`${given}\` is neither \`warn\` nor \`refuse\``,
    );
  }
  return onInvalid;
}
