import type { Host, IamPlanRequest } from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { TaskError } from './taskError';

/** The portal's reason for a rejection. */
async function describeRejection(response: Response): Promise<string> {
  const body = await response.json().catch(() => ({}));
  const message = body.diagnostic?.message ?? body.error?.message;
  return message ?? `HTTP ${response.status}`;
}

/**
 * Records grants in the portal before the first call that makes one, so that the portal knows and removes every grant.
 * When recording fails, nothing is called, `failure` has the reason, and `signal` aborts the run.
 */
export class RecordedFirst {
  failure?: Error;
  readonly signal: AbortSignal;
  private readonly stop = new AbortController();
  private recorded?: Promise<void>;
  /** Id of the record, once it exists. */
  private id?: string;

  constructor(
    private readonly host: Host,
    private readonly record: { proxyUrl: string; request: IamPlanRequest },
  ) {
    this.signal = AbortSignal.any(
      [host.signal, this.stop.signal].filter(signal => signal !== undefined),
    );
  }

  readonly fetch: Host['fetch'] = async (url, init, identity) => {
    this.recorded ??= this.write();
    await this.recorded;
    // The audit trail keeps the record of each call.
    const headers = new Headers(init.headers);
    if (this.id) headers.set('x-vertex-ai-grant', this.id);
    return this.host.fetch(url, { ...init, headers }, identity);
  };

  /** Withdraws the record when nothing was granted. When that fails, the record stays: the clean-up rather removes too much. */
  async withdraw(logger: LoggerService): Promise<void> {
    if (!this.id) return;
    try {
      // Without the signal, which may be the reason that nothing was granted.
      await this.ask(`/${encodeURIComponent(this.id)}`, { method: 'DELETE' });
    } catch (error) {
      logger.warn(
        `The grant record stays, although nothing was granted: ${
          (error as Error).message
        }`,
      );
    }
  }

  private async ask(path: string, init: RequestInit): Promise<Response> {
    const response = await this.host.fetch(
      `${this.record.proxyUrl}/grants${path}`,
      init,
      'initiator',
    );
    if (!response.ok) throw new Error(await describeRejection(response));
    return response;
  }

  private async write() {
    try {
      const response = await this.ask('', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(this.record.request),
        signal: this.host.signal,
      });
      this.id = (await response.json()).id;
    } catch (error) {
      this.failure = new TaskError(
        `Nothing was granted, because the grants cannot be recorded: ${
          (error as Error).message
        }`,
      );
      this.stop.abort();
      throw this.failure;
    }
  }
}
