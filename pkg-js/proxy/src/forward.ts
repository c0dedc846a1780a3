import type { DoorHost } from '@backstage-vertex-ai/core/server';
import { Gate } from '@backstage-vertex-ai/core/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Readable } from 'node:stream';
import { Refusal } from './refusal';
import { type Answer, SharedReads } from './sharedReads';

/** Maximum size of a body for a route of our own, in bytes. */
const LARGEST_JSON = 1024 * 1024;

/** The names of the headers that pass back to the caller. */
const { answerHeaders } = Gate.facts();

const agents = {
  'http:': new http.Agent({ keepAlive: true }),
  'https:': new https.Agent({ keepAlive: true }),
};
const requests = { 'http:': http.request, 'https:': https.request };

type Send = Parameters<DoorHost['send']>[0];

/** The request's body: where it is read whole, and where it is streamed from. */
export interface Body {
  readBody: DoorHost['readBody'];
  /** Sends the body on. */
  stream(upstream: http.ClientRequest): void;
}

/** One exchange with Google: carries bytes there and back. */
export class Exchange {
  private body?: Uint8Array;
  /** The answer's bytes, once they are read whole. */
  whole: Uint8Array = new Uint8Array();
  answer?: Answer;

  /**
   * @param onLeave calls back when the caller leaves
   * @param reads those of the process
   */
  constructor(
    private readonly source: Body,
    private readonly onLeave: (stop: () => void) => void,
    private readonly reads = new SharedReads(),
  ) {}

  readonly readBody: DoorHost['readBody'] = async want => {
    this.body = await this.source.readBody(want);
    return this.body;
  };

  readonly send: DoorHost['send'] = async want => {
    this.answer?.body.resume();
    const { reads } = this;
    const request = () => this.request(want);
    const ways = {
      shared: () =>
        reads.read(`${want.headers.authorization} ${want.url}`, request),
      callerLeaves: request,
      end: async () => {
        // Also the reads that begin before Google has made the change.
        reads.forget();
        return request().finally(() => reads.forget());
      },
    };
    this.answer = await ways[want.until]();
    const { status, headers } = this.answer;
    return {
      status,
      headers: answerHeaders.map(name => headers[name] as string | undefined),
    };
  };

  readonly readAnswer: DoorHost['readAnswer'] = async ({ limit, within }) => {
    const { body } = this.answer!;
    const timer = destroyLater(body, within);
    try {
      const whole = await readWhole(body, limit);
      this.whole = whole ?? this.whole;
      return whole;
    } finally {
      clearTimeout(timer);
      body.destroy();
    }
  };

  private request(want: Send): Promise<Answer> {
    const url = new URL(want.url);
    const protocol = url.protocol as keyof typeof agents;
    return new Promise((resolve, reject) => {
      const upstream = requests[protocol](url, {
        method: want.verb,
        headers: want.headers,
        agent: agents[protocol],
        timeout: want.within,
      });
      // The pauses of a connection do not bound the time until the head.
      const timer = destroyLater(upstream, want.within);
      // An answer whose request is destroyed would fail as cut off.
      let silent: http.ClientRequest | IncomingMessage = upstream;
      upstream.once('timeout', () => silent.destroy(tooLate()));
      upstream.once('response', answer => {
        clearTimeout(timer);
        silent = answer;
        const { statusCode, headers } = answer;
        resolve({ status: statusCode!, headers, body: answer });
      });
      upstream.on('error', reject);
      upstream.once('close', () => {
        clearTimeout(timer);
        // An answer such as 101 ends the connection without an error.
        reject(new Error('no answer'));
      });
      const lasts = {
        end: () => {},
        callerLeaves: () => this.onLeave(() => upstream.destroy()),
        // Other callers wait for it.
        shared: () => {},
      };
      lasts[want.until]();
      const sends = {
        none: () => upstream.end(),
        read: () => upstream.end(this.body),
        stream: () => this.source.stream(upstream),
      };
      sends[want.body]();
    });
  }
}

function tooLate(): Error {
  return new DOMException('Google did not answer in time', 'TimeoutError');
}

/** Aborts a request or answer, with a `TimeoutError`, after this many milliseconds. */
function destroyLater(exchange: http.ClientRequest | Readable, within: number) {
  return setTimeout(() => exchange.destroy(tooLate()), within).unref();
}

/** Reads a body to its end. Returns `undefined` where it exceeds the limit, and discards the rest. */
export async function readWhole(
  source: Readable,
  limit: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) break;
    chunks.push(chunk);
  }
  if (size <= limit) return Buffer.concat(chunks);
  // Node discards by itself only a body that nobody began to read.
  source.resume();
  return undefined;
}

/**
 * Reads a text body of 1 MiB at most.
 *
 * @throws Refusal where the body is larger
 */
export async function readText(source: IncomingMessage): Promise<string> {
  const body = await readWhole(source, LARGEST_JSON);
  if (body) return body.toString();
  throw Refusal.because(
    413,
    'proxy/body-malformed',
    'the body is larger than 1 MiB',
  );
}

/**
 * Reads a JSON body of 1 MiB at most.
 *
 * @throws Refusal where the body is larger, or not JSON
 */
export async function readJson(source: IncomingMessage): Promise<unknown> {
  const text = await readText(source);
  try {
    return JSON.parse(text);
  } catch {
    throw Refusal.because(400, 'proxy/body-malformed', 'the body is not JSON');
  }
}

/** Streams an answer to the caller; one that is cut off arrives cut off. */
export function stream({ body }: Answer, caller: ServerResponse): void {
  body.on('error', () => caller.destroy());
  body.pipe(caller);
}
