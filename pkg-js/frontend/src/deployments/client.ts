import type {
  PlanReport,
  PreflightReport,
  StartRequest,
} from '@backstage-vertex-ai/core';
import type { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import { readFailure, RequestFailed } from '../failure';
import type {
  ContainerLogRead,
  Deployment,
  DeploymentPage,
  Trace,
} from './deployment';
import { readEvents, type StreamEvent } from './eventStream';

/** A list's filter, and the place of the page. */
export interface DeploymentQuery {
  entityRef?: string;
  state?: string;
  limit?: number;
  cursor?: string;
}

/** A rollback to a former deployment. */
interface Rollback {
  kind: 'rollback';
  entityRef: string;
  environment?: string;
  /** Id of the former deployment. */
  deployment: string;
}

/** What a deployment is asked to do. */
export type StartBody = StartRequest | Rollback;

/** The API of the backend plugin `vertex-ai`. Every method rejects with {@link RequestFailed} where the portal denies. */
export class DeploymentsClient {
  constructor(
    private readonly discovery: DiscoveryApi,
    private readonly fetchApi: FetchApi,
  ) {}

  async list(
    query: DeploymentQuery,
    signal?: AbortSignal,
  ): Promise<DeploymentPage> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) parameters.set(name, `${value}`);
    }
    const response = await this.send(`?${parameters}`, { signal });
    return response.json();
  }

  async read(id: string, signal?: AbortSignal): Promise<Deployment> {
    const response = await this.send(`/${encodeURIComponent(id)}`, { signal });
    return response.json();
  }

  async trace(id: string, signal?: AbortSignal): Promise<Trace> {
    const path = `/${encodeURIComponent(id)}/trace`;
    const response = await this.send(path, { signal });
    return response.json();
  }

  async containerLog(
    id: string,
    signal?: AbortSignal,
  ): Promise<ContainerLogRead> {
    const path = `/${encodeURIComponent(id)}/log`;
    const response = await this.send(path, { signal });
    return response.json();
  }

  /** Starts what a JSON text describes. The same text under the same key is one deployment. */
  async start(body: string, key: string): Promise<Deployment> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    const response = await this.send('', { method: 'POST', headers, body });
    return response.json();
  }

  /** Plans what a JSON text describes. Nothing is started. */
  async plan(body: string, signal?: AbortSignal): Promise<PlanReport> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, signal };
    const response = await this.send('/plan', init);
    return response.json();
  }

  /** Checks whether what a JSON text describes can succeed. Nothing is started. */
  async preflight(
    body: string,
    signal?: AbortSignal,
  ): Promise<PreflightReport> {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body, signal };
    const response = await this.ask('/preflight', init);
    return response.json();
  }

  /** Asks to cancel a deployment. It ends later. */
  async cancel(id: string): Promise<Deployment> {
    const path = `/${encodeURIComponent(id)}/cancel`;
    const response = await this.send(path, { method: 'POST' });
    return response.json();
  }

  /** Removes again what a deployment has left, in the name of an administrator. */
  async takeOver(id: string): Promise<Deployment> {
    const path = `/${encodeURIComponent(id)}/takeover`;
    const response = await this.send(path, { method: 'POST' });
    return response.json();
  }

  /** Streams the events of a deployment after the one with the id `after`; the last one, of type `end`, is the deployment. */
  async *events(
    id: string,
    after: string,
    signal?: AbortSignal,
  ): AsyncGenerator<StreamEvent, void> {
    const response = await this.send(`/${encodeURIComponent(id)}/events`, {
      signal,
      headers: {
        accept: 'text/event-stream',
        ...(after && { 'last-event-id': after }),
      },
    });
    if (response.body) yield* readEvents(response.body);
  }

  private send(path: string, init: RequestInit): Promise<Response> {
    return this.ask(`/deployments${path}`, init);
  }

  private async ask(path: string, init: RequestInit): Promise<Response> {
    const base = await this.discovery.getBaseUrl('vertex-ai');
    const response = await this.fetchApi.fetch(`${base}${path}`, init);
    if (!response.ok) throw new RequestFailed(await readFailure(response));
    return response;
  }
}
