import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';

/** How long ago a read may have begun whose answer is shared, in milliseconds. */
const SHARED_MILLIS = 2_000;
/** Maximum size of a shared body, in bytes. */
const LARGEST = 1024 * 1024;

/** Google's answer, whose body is read once. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Readable;
}

/** A read; its bytes are `undefined` where they are too many to be shared. */
interface Read {
  begun: number;
  answer: Promise<Answer & { bytes?: Buffer }>;
}

const replay = (head: Answer, bytes: Buffer): Answer => ({
  ...head,
  body: Readable.from([bytes], { objectMode: false }),
});

/** Reads of Google that several calls share: those under way, and those that Google has just answered. */
export class SharedReads {
  private readonly reads = new Map<string, Read>();

  /** Forgets every read: what it shows may have changed. */
  forget(): void {
    this.reads.clear();
  }

  /**
   * Returns the answer to a read of a moment ago, or else reads. Another failure than 404 is shared by the calls that wait for it, and
   * not kept.
   *
   * @param key tells reads apart: the credential and the address
   */
  async read(key: string, send: () => Promise<Answer>): Promise<Answer> {
    const now = performance.now();
    for (const [other, { begun }] of this.reads) {
      if (now - begun < SHARED_MILLIS) break;
      this.reads.delete(other);
    }
    const known = this.reads.get(key);
    if (known) {
      const answer = await known.answer;
      return answer.bytes ? replay(answer, answer.bytes) : send();
    }
    const read = { begun: now, answer: buffer(send) };
    this.reads.set(key, read);
    const drop = () => {
      if (this.reads.get(key) === read) this.reads.delete(key);
    };
    read.answer.then(({ status, bytes }) => {
      // What does not exist is an answer like any other: pages open before the first deployment has made its endpoint.
      const isKept = status < 300 || status === 404;
      if (!bytes || !isKept) drop();
    }, drop);
    const answer = await read.answer;
    return answer.bytes ? replay(answer, answer.bytes) : answer;
  }
}

/** Reads an answer whole. One that is too large stays a stream. */
async function buffer(
  send: () => Promise<Answer>,
): Promise<Answer & { bytes?: Buffer }> {
  const answer = await send();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer.body.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    chunks.push(chunk);
    if (size > LARGEST) {
      return { ...answer, body: Readable.from(resumed(chunks, answer.body)) };
    }
  }
  return { ...answer, bytes: Buffer.concat(chunks) };
}

async function* resumed(chunks: Buffer[], rest: Readable) {
  yield* chunks;
  yield* rest;
}
