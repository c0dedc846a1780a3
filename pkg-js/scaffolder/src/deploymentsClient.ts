import type {
  Deployment,
  Diagnostic,
  PlanReport,
  PreflightReport,
  Progress,
  StartRequest,
} from '@backstage-vertex-ai/core/server';
import type {
  AuthService,
  BackstageCredentials,
  DiscoveryService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describeFindings } from './findings';
import { TaskError } from './taskError';

/** Before a request is repeated, in milliseconds. */
const PAUSE = 2_000;
/** How often a request is repeated: for longer than a restart of the portal takes. */
const TRIES = 150;
/** How often a start is repeated where the portal does not know its route: for longer than a replica takes to start. */
const UNKNOWN_TRIES = 30;

interface Ask {
  as: BackstageCredentials;
  verb?: string;
  headers?: Record<string, string>;
  body?: object;
}

const eventsOf = ({ body }: Response) =>
  body!
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());

/**
 * Calls the backend plugin for one step of a task. Only the start is the user's: later calls are the scaffolder's own, which names the
 * step by its key, so they outlast the user's session.
 */
export class DeploymentsClient {
  constructor(
    private readonly options: {
      auth: AuthService;
      discovery: DiscoveryService;
      logger: LoggerService;
      /** Idempotency key of the step. */
      key: string;
      pauseMillis?: number;
    },
  ) {}

  /** Starts the deployment, or finds the one that this step started, also after the user's session has expired. */
  async start(
    wish: StartRequest,
    user: BackstageCredentials,
  ): Promise<Deployment> {
    const ask = { as: user, verb: 'POST', body: wish };
    const tries = { unknown: UNKNOWN_TRIES, expected: [401] };
    const response = await this.ask('/deployments', ask, tries);
    if (response.ok) return (await response.json()) as Deployment;
    const found = await this.ask('/deployments', { as: await this.own() });
    const { items } = (await found.json()) as { items: Deployment[] };
    if (items.length === 0) throw await describeRefusal(response);
    return items[0];
  }

  /** Plans a deployment with what only the backend knows, and starts nothing. */
  async plan(
    wish: StartRequest,
    user: BackstageCredentials,
  ): Promise<PlanReport & Required<Pick<PlanReport, 'plan'>>> {
    const ask = { as: user, verb: 'POST', body: wish };
    const tries = { unknown: UNKNOWN_TRIES };
    const response = await this.ask('/deployments/plan', ask, tries);
    return await response.json();
  }

  /** Checks whether a deployment can succeed, and starts nothing. */
  async preflight(
    wish: StartRequest,
    user: BackstageCredentials,
  ): Promise<PreflightReport> {
    const ask = { as: user, verb: 'POST', body: wish };
    const response = await this.ask('/preflight', ask, {
      unknown: UNKNOWN_TRIES,
    });
    return await response.json();
  }

  /** Records that the deployment is to be cancelled. One that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const ask = { as: await this.own(), verb: 'POST' };
    const path = `/deployments/${id}/cancel`;
    const response = await this.ask(path, ask, { expected: [409] });
    await response.body?.cancel();
  }

  /** Follows a deployment to its end, through restarts of the portal. `onProgress` is called once for each event. */
  async follow(
    id: string,
    onProgress: (progress: Progress) => void,
  ): Promise<Deployment> {
    let last = '0';
    for (;;) {
      const ask = {
        as: await this.own(),
        headers: { 'last-event-id': last },
      };
      const response = await this.ask(`/deployments/${id}/events`, ask);
      try {
        for await (const event of eventsOf(response)) {
          const data = JSON.parse(event.data);
          if (event.event === 'end') return data;
          if (data.message) onProgress(data);
          last = event.id ?? last;
        }
      } catch {
        // The stream broke: it goes on after the last event.
      }
      await pause(this.options.pauseMillis ?? PAUSE);
    }
  }

  private own() {
    return this.options.auth.getOwnServiceCredentials();
  }

  /**
   * Asks until the backend answers. All of its requests can be repeated.
   *
   * @param tries `expected`: statuses that are returned, too; `unknown`: how often a route is tried that the portal does not know
   */
  private async ask(
    path: string,
    ask: Ask,
    tries: { expected?: number[]; unknown?: number } = {},
  ): Promise<Response> {
    const { expected = [], unknown = TRIES } = tries;
    const { logger, pauseMillis = PAUSE } = this.options;
    for (let tried = 1; ; tried += 1) {
      const response = await this.send(path, ask).catch(error => {
        if (tried === TRIES) throw error;
      });
      if (response?.ok || expected.includes(response?.status ?? 0)) {
        return response!;
      }
      if (response) {
        const most = await triesAfter(response, unknown);
        if (tried >= most) throw await describeRefusal(response);
        await response.body?.cancel();
      }
      if (tried === 1) {
        logger.warn('The portal’s deployments are not available: waiting');
      }
      await pause(pauseMillis);
    }
  }

  private async send(
    path: string,
    { as, verb = 'GET', headers, body }: Ask,
  ): Promise<Response> {
    const { auth, discovery, key } = this.options;
    const { token } = await auth.getPluginRequestToken({
      onBehalfOf: as,
      targetPluginId: 'vertex-ai',
    });
    const url = `${await discovery.getBaseUrl('vertex-ai')}${path}`;
    return fetch(url, {
      method: verb,
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': key,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body && JSON.stringify(body),
      redirect: 'error',
    });
  }
}

/** How often a request is tried that got this answer. A replica that starts does not know its routes yet. */
async function triesAfter(response: Response, unknown: number) {
  const { status } = response;
  if (status >= 500 || status === 429) return TRIES;
  const { diagnostics } = await readRefusal(response.clone());
  return status === 404 && !diagnostics ? unknown : 1;
}

async function readRefusal(response: Response): Promise<{
  diagnostics?: Diagnostic[];
  error?: { name?: string };
}> {
  return response.json().catch(() => ({}));
}

async function describeRefusal(response: Response): Promise<TaskError> {
  const { diagnostics = [], error } = await readRefusal(response);
  const findings =
    diagnostics.length > 0
      ? describeFindings(diagnostics)
      : [
          `the portal answered ${response.status}: check that its backend has the plugin @backstage-vertex-ai/plugin-vertex-ai-backend`,
        ];
  return new TaskError('No deployment is possible', findings, error?.name);
}
