import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

const DEFAULT_DAYS = 365;
const MAX_DAYS = 3650;

/**
 * Returns the number of days for which a deployment stays after its end.
 *
 * @throws Error that names the key
 */
export function readRetention(config: Config): number {
  const key = 'vertexAi.deployments.retention';
  const days = config.getOptionalNumber(key) ?? DEFAULT_DAYS;
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new Error(
    `${key}: \`${days}\` is not a whole number from 1 to ${MAX_DAYS}`,
  );
}

/** Warns where a restart of the portal would leave the scaffolder's tasks behind for a day, while their deployments go on. */
export function warnOfRecovery(config: Config, logger: LoggerService): void {
  if (config.getOptionalBoolean('scaffolder.taskRecovery.enabled')) return;
  logger.warn(
    'scaffolder.taskRecovery.enabled is not on: after a restart of the portal, a task that follows a deployment never ends, while the deployment goes on — set `scaffolder.taskRecovery.enabled: true`',
  );
}
