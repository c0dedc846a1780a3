import type { RuleSettings } from '@backstage-vertex-ai/core';
import type { ConfigApi } from '@backstage/core-plugin-api';

/** The levels of rules that this portal has chosen; the core says what is wrong with them. */
export const rulesOf = (config: ConfigApi): RuleSettings | undefined =>
  config.getOptional<RuleSettings>('vertexAi.rules');
