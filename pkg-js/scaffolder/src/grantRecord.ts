import type { Host, IamPlanRequest } from '@backstage-vertex-ai/core/server';
import type { LoggerService } from '@backstage/backend-plugin-api';

/** Why the portal refused, in its words. */
async function describeRefusal(response: Response): Promise<string> {
  const body = await response.json().catch(() => ({}));
  const message = body.diagnostic?.message ?? body.error?.message;
  return message ?? `HTTP ${response.status}`;
}

/**
 * Records rights in the portal before the first call that gives them: whatever was given is known, and taken back when it ends.
 * Where they cannot be recorded nothing is called, `failure` says why, and `signal` ends what was begun.
 */
export class RecordedFirst {
  failure?: Error;
  readonly signal: AbortSignal;
  private readonly stop = new AbortController();
  private recorded?: Promise<void>;
  /** Of the record, where there is one. */
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
    // What is done under the record the portal's audit trail says.
    const headers = new Headers(init.headers);
    if (this.id) headers.set('x-vertex-ai-grant', this.id);
    return this.host.fetch(url, { ...init, headers }, identity);
  };

  /** Withdraws the record, for when nothing was given. Where that fails it stays: too much is taken back rather than too little. */
  async withdraw(logger: LoggerService): Promise<void> {
    if (!this.id) return;
    try {
      // Not ended by the signal: it may be why nothing was given.
      await this.ask(`/${encodeURIComponent(this.id)}`, { method: 'DELETE' });
    } catch (error) {
      logger.warn(
        `The record of the rights stays, though they are not given: ${
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
    if (!response.ok) throw new Error(await describeRefusal(response));
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
      this.failure = new Error(
        `The rights are not given, because they cannot be recorded: ${
          (error as Error).message
        }`,
      );
      this.stop.abort();
      throw this.failure;
    }
  }
}
