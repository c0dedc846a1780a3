import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { ConfigApi } from '@backstage/core-plugin-api';

/** The portal's `vertexAi.rules`, unchecked: the core reports what is wrong with them. */
export const rulesOf = (config: ConfigApi): RuleSettings | undefined =>
  config.getOptional<RuleSettings>('vertexAi.rules');
