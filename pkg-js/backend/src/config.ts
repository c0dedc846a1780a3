import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Config } from '@backstage/config';

/** How much of the portal's backend one user or entity may occupy. */
export interface Bounds {
  /** Deployments of one entity that have not ended. */
  runningPerEntity: number;
  /** Deployments of one user that have not ended. */
  runningPerUser: number;
  /** Event streams of one user that are open in one process. */
  streamsPerUser: number;
}

/** @throws Error that names the key */
function readCount(config: Config, name: string, usual: number, most: number) {
  const key = `vertexAi.deployments.${name}`;
  const count = config.getOptionalNumber(key) ?? usual;
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Error(
    `${key}: \`${count}\` is not a whole number from 1 to ${most}`,
  );
}

/**
 * Returns the number of days for which a deployment stays after its end.
 *
 * @throws Error that names the key
 */
export const readRetention = (config: Config) =>
  readCount(config, 'retention', 365, 3650);

/** @throws Error that names the key */
export const readBounds = (config: Config): Bounds => ({
  runningPerEntity: readCount(config, 'runningPerEntity', 20, 1_000),
  runningPerUser: readCount(config, 'runningPerUser', 200, 10_000),
  streamsPerUser: readCount(config, 'streamsPerUser', 20, 1_000),
});

/** Warns where a restart of the portal would leave the scaffolder's tasks behind for a day, while their deployments go on. */
export function warnOfRecovery(config: Config, logger: LoggerService): void {
  if (config.getOptionalBoolean('scaffolder.taskRecovery.enabled')) return;
  logger.warn(
    'scaffolder.taskRecovery.enabled is not on: after a restart of the portal, a task that follows a deployment never ends, while the deployment goes on — set `scaffolder.taskRecovery.enabled: true`',
  );
}
