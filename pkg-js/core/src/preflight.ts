/** The preflight of a deployment: sends the calls of each round at once. Every decision is the core's, its deadlines as well. */
import { call } from './bindings';
import type {
  DeploymentRequest,
  PreflightAsk,
  PreflightReport,
  PreflightStep,
} from './generated/shapes';

/** The outside world of a preflight. */
export interface PreflightHost {
  /** Calls the portal's proxy as the user. */
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** The proxy's URL, e.g. `http://localhost:7007/api/proxy/vertex-ai`. */
  proxyUrl: string;
  signal?: AbortSignal;
}

/** What came of a call: an answer, a late one, or none. */
type Answer = { id: string; status?: number; body?: unknown; late?: number };

/** Names of all checks, in the order of reports. */
export function preflightNames(): string[] {
  return call(core => core.preflightNames());
}

/**
 * Checks by what Google shows whether a planned deployment can succeed. Changes nothing.
 *
 * @throws the reason of the host's signal
 */
export async function preflight(
  request: DeploymentRequest,
  host: PreflightHost,
): Promise<PreflightReport> {
  const at = Date.now();
  const answers: Answer[] = [];
  for (;;) {
    const { asks, report }: PreflightStep = call(core =>
      core.preflight(request, at, answers),
    );
    if (asks.length === 0) return report;
    answers.push(...(await Promise.all(asks.map(ask => answer(ask, host)))));
    host.signal?.throwIfAborted();
  }
}

async function answer(
  { id, verb, path, body, within }: PreflightAsk,
  { fetch: send, proxyUrl, signal }: PreflightHost,
): Promise<Answer> {
  const late = AbortSignal.timeout(within);
  const wait = signal ? AbortSignal.any([signal, late]) : late;
  try {
    const response = await send(`${proxyUrl}/${path}`, {
      method: verb,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: wait,
    });
    const text = await response.text();
    return { id, status: response.status, body: parse(text) };
  } catch {
    return late.aborted ? { id, late: within } : { id };
  }
}

/** An empty body is an empty object, as in other answers of the core; what is not JSON is absent. */
function parse(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}
