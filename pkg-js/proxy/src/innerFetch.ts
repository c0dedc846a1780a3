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

interface Answer {
  status: number;
  whole: Buffer;
  retryAfter?: string;
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
    signal?: AbortSignal,
    onSend = () => {},
  ): Promise<Answer> {
    const { verb, url, mediaType } = call;
    const headers: Record<string, string | number> = {
      authorization: `Bearer ${await token()}`,
      'x-goog-request-reason': reason,
      'content-length': body?.length ?? 0,
    };
    if (mediaType) {
      headers.accept = mediaType;
      headers['content-type'] = mediaType;
    }
    onSend();
    const answer = await send({ verb, url, headers }, body, undefined, signal);
    const status = answer.statusCode!;
    gate.observe(who.ref, status, who.groups);
    const whole = await readAnswer(answer);
    return { status, whole, retryAfter: answer.headers['retry-after'] };
  }

  /** What changes something runs to its end, so that what came of it is known. */
  async function recorded(
    call: AllowedCall,
    body: Buffer | undefined,
    by: Principal,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const record = await recorder.intend(call, by);
    const until = call.audited ? undefined : signal;
    let unsent = true;
    const onSend = () => {
      unsent = false;
    };
    try {
      const answer = await ask(call, body, record.reason, until, onSend);
      const { status, whole } = answer;
      await record.settle({ ...gate.outcome(call, status, whole), status });
      return answer;
    } catch (error) {
      const { message } = toRefusal(error);
      await record.settle({ succeeded: false, unsent, error: message });
      throw error;
    }
  }

  return async (url, init) => {
    try {
      const { call, body } = decide(url, init);
      const given = new Headers(init.headers).get('x-goog-request-reason');
      const by = { ...who, given: given ?? who.given };
      const { ref: subject, actor } = by;
      const reason = gate.reason({ subject, actor, given: by.given });
      const signal = init.signal ?? undefined;
      const answer = await (recordsAll || call.audited
        ? recorded(call, body, by, signal)
        : ask(call, body, reason, signal));
      return toResponse(answer);
    } catch (error) {
      const refusal = toRefusal(error);
      return Response.json(refusalBody(refusal), { status: refusal.status });
    }
  };
}

/** What the core reads of an answer. */
function toResponse({ status, whole, retryAfter }: Answer): Response {
  return new Response(whole.length > 0 ? new Uint8Array(whole) : null, {
    status,
    headers: retryAfter ? { 'retry-after': retryAfter } : {},
  });
}
