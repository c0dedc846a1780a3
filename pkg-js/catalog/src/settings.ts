import {
  catalogConfig,
  type CatalogConfig,
  type RuleSettings,
} from '@backstage-vertex-ai/core/server';
import type { Config } from '@backstage/config';

/** Settings of the module. */
export interface Settings extends CatalogConfig {
  rules?: RuleSettings;
}

/**
 * Reads the settings.
 *
 * @throws CoreError with every mistake that the core finds
 */
export function readSettings(config: Config): Settings {
  return {
    ...catalogConfig(config.getOptional('vertexAi')),
    rules: config.getOptional('vertexAi.rules'),
  };
}
