import type { IncomingMessage, ServerResponse } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import { Refusal } from './refusal';

/** Google keeps a call open for at most this long, in milliseconds. */
const TIMEOUT = 10 * 60_000;
/** Bodies that are read whole: requests that change something, answers that name an operation. */
export const LARGEST_WHOLE_BODY = 1024 * 1024;

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};

/** Reads a body to its end. */
export async function readWhole(source: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > LARGEST_WHOLE_BODY) {
      throw Refusal.because(
        413,
        'proxy/body-malformed',
        `the body is larger than ${LARGEST_WHOLE_BODY} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Sends a request upstream and gives the answer, its body still to come. The request ends when the caller leaves.
 *
 * @param body the whole body, or the stream it comes from
 */
export function send(
  target: { verb: string; url: string; headers: http.OutgoingHttpHeaders },
  body: Buffer | IncomingMessage | undefined,
  caller: ServerResponse,
): Promise<IncomingMessage> {
  const url = new URL(target.url);
  const secure = url.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const request = (secure ? https : http).request(url, {
      method: target.verb,
      headers: target.headers,
      agent: agents[secure ? 'https:' : 'http:'],
      timeout: TIMEOUT,
    });
    const leave = () => {
      if (!caller.writableFinished) request.destroy();
    };
    caller.once('close', leave);
    request.once('response', resolve);
    request.once('timeout', () => request.destroy());
    request.once('error', () => {
      caller.off('close', leave);
      reject(
        Refusal.because(
          502,
          'network/unreachable',
          'Google does not answer at its address',
          'check the network between the portal and Google, or that the emulator runs',
        ),
      );
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
  answer.once('error', () => caller.destroy());
  answer.once('aborted', () => caller.destroy());
  answer.pipe(caller);
}
