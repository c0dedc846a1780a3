import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import type { Request, Response } from 'express';
import { once } from 'node:events';
import { toDeployment, type Row } from '../deployments/row';
import type { Deployments } from '../deployments/store';
import type { EventFeed } from '../eventFeed';
import type { DeploymentPermissions } from '../permissions';
import { Refusal } from '../refusal';
import type { OpenStreams } from './streams';

/** Between two checks whether a viewer may still read, in milliseconds. */
const CHECK_MILLIS = 60_000;
/** Between two signs of life, for proxies that close silent connections, in milliseconds. */
const ALIVE_MILLIS = 15_000;

/** Reads the number of the last event that the client has seen. */
function readLast(request: Request): number {
  const text = request.header('last-event-id') ?? '0';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw Refusal.malformed(
    'the header `last-event-id` is not the number of an event',
  );
}

/** Wakes a waiting reader. A wake before the wait is kept. */
class Bell {
  private rung = true;
  private ring = () => {};

  readonly strike = () => {
    this.rung = true;
    this.ring();
  };

  async wait(): Promise<void> {
    while (!this.rung) {
      await new Promise<void>(resolve => {
        this.ring = resolve;
      });
    }
    this.rung = false;
  }
}

/** `GET /deployments/{id}/events`: streams a deployment's events until it has ended. */
export function createEvents(options: {
  find(
    request: Request,
  ): Promise<{ row: Row; credentials: BackstageCredentials; key?: string }>;
  feed: EventFeed;
  permissions: DeploymentPermissions;
  store: Deployments;
  streams: OpenStreams;
}) {
  const { find, feed, permissions, store, streams } = options;

  return async (request: Request, response: Response) => {
    const { row, credentials, key } = await find(request);
    let last = readLast(request);
    const leave = streams.enter(credentials);
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      // Compression would hold events back.
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();

    const bell = new Bell();
    let closed = false;
    const close = () => {
      closed = true;
      bell.strike();
    };
    response.once('close', close);
    const write = async (text: string) => {
      if (response.write(text) || closed) return;
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      await once(response, 'drain', { signal: gone.signal }).catch(() => {});
    };
    const check = setInterval(async () => {
      const seen = await permissions
        .reachable('read', [row], credentials, key)
        .catch(() => new Set());
      if (!seen.has(row)) close();
    }, CHECK_MILLIS);
    const alive = setInterval(() => response.write(':\n\n'), ALIVE_MILLIS);
    const { expiresAt } = credentials;
    // A client whose token is renewed connects again.
    const expiry =
      expiresAt &&
      setTimeout(
        close,
        Math.min(2 ** 31 - 1, +new Date(expiresAt) - Date.now()),
      );
    const unwatch = feed.watch(row.id, bell.strike);
    try {
      while (!closed) {
        await bell.wait();
        if (closed || feed.stopped) break;
        // Read before the events: an end that is seen has all its events.
        const now = await store.find(row.id);
        let events = await store.events(row.id, last);
        while (events.length > 0 && !closed) {
          for (const { seq, at, type, data } of events) {
            await write(format(type, { ...data, at }, seq));
            last = seq;
          }
          events = await store.events(row.id, last);
        }
        if (!now || now.ended) {
          if (now && !closed) await write(format('end', toDeployment(now)));
          break;
        }
      }
    } catch {
      // The client connects again, after the last event that it has.
    } finally {
      leave();
      unwatch();
      clearInterval(check);
      clearInterval(alive);
      if (expiry) clearTimeout(expiry);
      response.end();
    }
  };
}

function format(type: string, data: object, id?: number): string {
  const number = id === undefined ? '' : `id: ${id}\n`;
  return `${number}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
