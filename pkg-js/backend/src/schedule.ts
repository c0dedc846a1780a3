import type { LoggerService } from '@backstage/backend-plugin-api';

/** Repeats a task in this process, each time some milliseconds after it ended. Returns how to stop it. */
export function repeat(
  millis: number,
  task: () => Promise<void>,
  logger: LoggerService,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  async function round() {
    try {
      await task();
    } catch (error) {
      const { name, message } = error as Error;
      logger.warn(
        `Background work on deployments failed: ${
          name === 'DatabaseFailure' || name === 'Refusal' ? message : name
        }`,
      );
    }
    if (!stopped) timer = setTimeout(round, millis);
  }
  timer = setTimeout(round, 0);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
