import type { Host } from '@backstage-vertex-ai/core';
import type { DoorCaller, Gate } from '@backstage-vertex-ai/core/server';
import { passDoor } from './door';
import type { OpenStores } from './doorStores';
import { Exchange } from './forward';
import type { ReadOwnership } from './ownership';

const ORIGIN = 'http://portal';
/** Address of the proxy in requests that never leave the process. */
export const INNER_URL = `${ORIGIN}/api/proxy/vertex-ai`;

/** Drives the door for calls that begin in this process. Returns the `fetch` that the core makes them with. */
export function createInnerFetch(
  { gate, stores }: { gate: Gate; stores: OpenStores },
  caller: DoorCaller,
  groups: ReadOwnership,
): Host['fetch'] {
  return async (url, { method, headers, body, signal }) => {
    const bytes = Buffer.from(String(body ?? ''));
    const sent = new Headers(headers);
    const exchange = new Exchange(
      {
        readBody: async () => bytes,
        stream: upstream => upstream.end(bytes),
      },
      stop => signal?.addEventListener('abort', stop),
    );
    const { send, readBody, readAnswer } = exchange;
    let answer: Response | undefined;
    const refusal = await passDoor(
      gate.pass(
        {
          ...caller,
          verb: method!,
          target: url.slice(ORIGIN.length),
          whole: true,
        },
        name => sent.get(name),
      ),
      {
        ...stores(),
        permit: async () => 'DENY',
        groups,
        readBody,
        send,
        readAnswer,
        reply: async ({ status, headers: passed }) => {
          const whole = exchange.whole.length > 0 ? exchange.whole : null;
          answer = new Response(whole as BodyInit | null, {
            status,
            headers: passed,
          });
        },
      },
      () => signal?.aborted ?? false,
    );
    if (refusal) {
      return Response.json(refusal.body, { status: refusal.status });
    }
    if (!answer) throw new Error('the call was cancelled');
    return answer;
  };
}
