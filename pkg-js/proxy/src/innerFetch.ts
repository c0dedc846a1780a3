import type { Host } from '@backstage-vertex-ai/core';
import type { AllowedCall, Gate } from '@backstage-vertex-ai/core/server';
import type { CallRecorder, Principal } from './callRecorder';
import { readAnswer, send } from './forward';
import { Refusal, refusalBody, toRefusal } from './refusal';

/** Stands for the proxy in requests that never leave the process. */
export const INNER_URL = 'http://portal/api/proxy/vertex-ai';

/** For whom calls are made. */
export interface InnerCaller {
  who: Principal;
  token(): Promise<string>;
  /** @throws Refusal where the portal does not let them make this call */
  permit(call: AllowedCall): void;
  /** What is recorded besides what is recorded of everybody. */
  recordsAll: boolean;
}

/**
 * The core's way to Google for what begins in this process. It is the same way that a proxied call takes: decided on, recorded,
 * made.
 */
export function createInnerFetch(
  options: { gate: Gate; recorder: CallRecorder },
  { who, token, permit, recordsAll }: InnerCaller,
): Host['fetch'] {
  const { gate, recorder } = options;

  /** As the proxy would forward it; nothing of it leaves where it is refused. */
  function decide(url: string, init: RequestInit) {
    const verdict = gate.decide(init.method!, url.slice(INNER_URL.length + 1), {
      kind: 'user',
      ref: who.ref,
    });
    if (!verdict.allowed) {
      throw new Refusal(verdict.status, verdict.diagnostic);
    }
    permit(verdict.call);
    const body = init.body ? Buffer.from(String(init.body)) : undefined;
    const finding = body && gate.checkBody(verdict.call.method, body);
    if (finding) throw new Refusal(400, finding);
    return { call: verdict.call, body };
  }

  async function ask(
    call: AllowedCall,
    body: Buffer | undefined,
    reason: string,
  ): Promise<{ status: number; whole: Buffer }> {
    const headers = {
      authorization: `Bearer ${await token()}`,
      'x-goog-request-reason': reason,
      'content-type': 'application/json',
      'content-length': body?.length ?? 0,
    };
    const answer = await send(
      { verb: call.verb, url: call.url, headers },
      body,
    );
    const status = answer.statusCode!;
    gate.observe(who.ref, status);
    return { status, whole: await readAnswer(answer) };
  }

  async function recorded(
    call: AllowedCall,
    body: Buffer | undefined,
    by: Principal,
  ) {
    const record = await recorder.intend(call, by);
    try {
      const { status, whole } = await ask(call, body, record.reason);
      await record.settle({ ...gate.outcome(call, status, whole), status });
      return { status, whole };
    } catch (error) {
      const { message } = toRefusal(error);
      await record.settle({ succeeded: false, error: message });
      throw error;
    }
  }

  return async (url, init) => {
    try {
      const { call, body } = decide(url, init);
      const given = new Headers(init.headers).get('x-goog-request-reason');
      const by = { ...who, given: given ?? who.given };
      const { status, whole } =
        recordsAll || call.audited
          ? await recorded(call, body, by)
          : await ask(
              call,
              body,
              gate.reason({
                subject: by.ref,
                actor: by.actor,
                given: by.given,
              }),
            );
      return new Response(new Uint8Array(whole), { status });
    } catch (error) {
      const refusal = toRefusal(error);
      return Response.json(refusalBody(refusal), { status: refusal.status });
    }
  };
}
