import type { IncomingMessage, ServerResponse } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { Refusal } from './refusal';

/** So long may Google be silent, in milliseconds: an online prediction may take ten minutes. */
const SILENCE = 10 * 60_000;
/** Bodies that are read whole: requests that change something, answers that name an operation. */
const LARGEST_WHOLE_BODY = 1024 * 1024;

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** Reads a body to its end; `undefined` when it is larger than 1 MiB: the rest of it is then thrown away. */
export async function readWhole(
  source: IncomingMessage,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > LARGEST_WHOLE_BODY) break;
    chunks.push(chunk);
  }
  if (size <= LARGEST_WHOLE_BODY) return Buffer.concat(chunks);
  // Node throws away by itself only what nobody began to read.
  source.resume();
  return undefined;
}

/**
 * Reads a body that is JSON.
 *
 * @throws Refusal where it is not, or is larger than 1 MiB
 */
export async function readJson(source: IncomingMessage): Promise<unknown> {
  const body = await readWhole(source);
  try {
    return JSON.parse(body!.toString());
  } catch {
    throw Refusal.because(
      400,
      'proxy/body-malformed',
      'the body is not JSON, or larger than 1 MiB',
    );
  }
}

/**
 * Sends a request upstream and gives the answer, its body still to come.
 *
 * @param body the whole body, or the stream it comes from
 * @param caller when they leave, the request ends; where none is given it runs to its end
 * @param signal ends the request as well
 */
export function send(
  target: { verb: string; url: string; headers: http.OutgoingHttpHeaders },
  body: Buffer | IncomingMessage | undefined,
  caller?: ServerResponse,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const url = new URL(target.url);
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: target.verb,
      headers: target.headers,
      agent: agents[secure ? 'https:' : 'http:'],
      timeout: SILENCE,
      signal,
    });
    request.once('response', resolve);
    request.once('timeout', () => request.destroy());
    request.on('error', () =>
      reject(
        Refusal.because(
          502,
          'network/unreachable',
          'Google does not answer at its address, or hung up',
          'check the network between the portal and Google, or that the emulator runs',
        ),
      ),
    );
    caller?.once('close', () => {
      if (!caller.writableFinished) request.destroy();
    });
    if (body && 'pipe' in body) {
      body.once('error', () => request.destroy());
      body.pipe(request);
    } else {
      request.end(body);
    }
  });
}

/** Streams an answer to the caller, chunk by chunk; one that is cut off arrives cut off. */
export function stream(answer: IncomingMessage, caller: ServerResponse): void {
  answer.on('error', () => caller.destroy());
  answer.pipe(caller);
}

/** Google's answer, whole: it is small where it names an operation. */
export async function readAnswer(answer: IncomingMessage): Promise<Buffer> {
  const whole = await readWhole(answer).catch(() => undefined);
  if (!whole) {
    answer.destroy();
    throw Refusal.because(
      502,
      'google/answer-unreadable',
      'Google answered, but with a cut-off or very large body: whether it did what was asked is not known',
      'look at the resource before trying again',
    );
  }
  return whole;
}
