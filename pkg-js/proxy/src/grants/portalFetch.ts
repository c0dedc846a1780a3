import type { Host } from '@backstage-vertex-ai/core';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { CallRecorder } from '../callRecorder';
import { readAnswer, send } from '../forward';
import { Refusal, refusalBody, toRefusal } from '../refusal';

/** The portal itself at Google: the subject of its assertions where it calls for nobody. No user is called so. */
export const PORTAL = 'plugin:proxy';

/** Stands for the proxy in requests that never leave the process. */
export const PORTAL_URL = 'http://portal/api/proxy/vertex-ai';

/**
 * The core's way to Google for what the portal does by itself. It is the same way that a proxied call takes: decided on,
 * recorded, made; only nobody else can take it as the portal, because it begins in this process.
 */
export function createPortalFetch(options: {
  gate: Gate;
  recorder: CallRecorder;
}): Host['fetch'] {
  const { gate, recorder } = options;

  async function call(url: string, init: RequestInit): Promise<Response> {
    const verdict = gate.decide(
      init.method!,
      url.slice(PORTAL_URL.length + 1),
      { kind: 'user', ref: PORTAL },
    );
    if (!verdict.allowed) {
      throw new Refusal(verdict.status, verdict.diagnostic);
    }
    const allowed = verdict.call;
    const body = init.body ? Buffer.from(String(init.body)) : undefined;
    const finding = body && gate.checkBody(allowed.method, body);
    if (finding) throw new Refusal(400, finding);

    const given = new Headers(init.headers).get('x-goog-request-reason');
    const who = {
      ref: PORTAL,
      ownership: async () => [],
      given: given ?? undefined,
    };
    const record = await recorder.intend(allowed, who);
    try {
      const token = await gate.token(PORTAL, []);
      const headers = {
        authorization: `Bearer ${token}`,
        'x-goog-request-reason': record.reason,
        'content-type': 'application/json',
        'content-length': body?.length ?? 0,
      };
      const { verb, url: target } = allowed;
      const answer = await send({ verb, url: target, headers }, body);
      const status = answer.statusCode!;
      gate.observe(PORTAL, status);
      const whole = await readAnswer(answer);
      await record.settle({ ...gate.outcome(allowed, status, whole), status });
      return new Response(new Uint8Array(whole), { status });
    } catch (error) {
      const { message } = toRefusal(error);
      await record.settle({ succeeded: false, error: message });
      throw error;
    }
  }

  return async (url, init) => {
    try {
      return await call(url, init);
    } catch (error) {
      const refusal = toRefusal(error);
      return Response.json(refusalBody(refusal), { status: refusal.status });
    }
  };
}
