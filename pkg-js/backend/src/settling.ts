import type { LoggerService } from '@backstage/backend-plugin-api';
import { deploymentFacts } from '@backstage-vertex-ai/core/server';
import type { Clock } from './clock';
import { toDeployment, type Row } from './deployments/row';
import type { Deployments } from './deployments/store';
import type { Mandates } from './mandates';
import type { MandateFetch } from './runner';

/** How long after its end a deployment is looked after, in milliseconds. The pauses double. */
const LONGEST = 3_600_000;
const BATCH = 50;
const OPEN = ['pending', 'unknown'];

/**
 * Settles audit records of deployments that have ended. The proxy learns the outcome of a call whose answer is lost from later reads, and
 * after the end of a deployment nobody else makes any.
 */
export class Settling {
  private readonly clock: Clock;

  constructor(
    private readonly options: {
      store: Deployments;
      mandates: Pick<Mandates, 'calls'>;
      fetch: MandateFetch;
      proxyUrl(): Promise<string>;
      logger: LoggerService;
      clock?: Clock;
    },
  ) {
    this.clock = options.clock ?? Date;
  }

  /** Looks after every deployment whose time has come. */
  async poll(): Promise<void> {
    const { store, logger } = this.options;
    const now = this.clock.now();
    for (const row of await store.toSettle(now, BATCH)) {
      const since = now - Date.parse(row.ended_at!);
      const next = since > LONGEST ? null : now + since;
      // Another replica may be as fast.
      if (!(await store.settleAgain(row, next))) continue;
      try {
        if (await this.isSettled(row)) await store.settled(row.id);
        else await this.look(row);
      } catch (error) {
        logger.debug(`A look failed: ${(error as Error).name}`, {
          deployment: row.id,
        });
      }
    }
  }

  private async isSettled({ mandate }: Row): Promise<boolean> {
    const calls = await this.options.mandates.calls(mandate!);
    return !calls.some(({ outcome }) => OPEN.includes(outcome));
  }

  /** Reads what the deployment has changed. The proxy weighs the answers, the list first: it tells how to read what follows. */
  private async look(row: Row): Promise<void> {
    const { endpoint, kind, model } = toDeployment(row);
    const names = [`${endpoint}/operations`, endpoint];
    // The plans of the other kinds read no model.
    const deploys = (deploymentFacts().deploying as string[]).includes(kind);
    if (deploys && model) names.push(model);
    const { fetch, proxyUrl } = this.options;
    const under = { mandate: row.mandate!, lease: row.lease };
    for (const name of names) {
      const url = `${await proxyUrl()}/aiplatform/v1/${name}`;
      const response = await fetch(url, { method: 'GET' }, under);
      await response.body?.cancel();
    }
  }
}
