import type { Host, IamPlanRequest } from '@backstage-vertex-ai/core/server';

/** Why rights were not recorded, in the portal's words. */
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
    return this.host.fetch(url, init, identity);
  };

  private async write() {
    const { proxyUrl, request } = this.record;
    try {
      const response = await this.host.fetch(
        `${proxyUrl}/grants`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(request),
          signal: this.host.signal,
        },
        'initiator',
      );
      if (!response.ok) throw new Error(await describeRefusal(response));
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
