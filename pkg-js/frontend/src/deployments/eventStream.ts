/** An event of a stream. */
export interface StreamEvent {
  /** The newest id so far; empty before the first. */
  id: string;
  type: string;
  data: string;
}

/** Silence after which a stream is treated as broken. The backend sends a sign of life every 15 seconds. */
const SILENCE_MILLIS = 45_000;

/**
 * Reads `text/event-stream`. `EventSource` cannot: it sends no `authorization` header.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, read 2026-11-27.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let id = '';
  let type = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await audible(reader.read());
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      // A carriage return at the end may be half of a line's end.
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop()!;
      for (const line of lines) {
        const [, field, text] = /^([^:]*):? ?(.*)$/s.exec(line)!;
        if (line === '') {
          if (data.length > 0) {
            yield { id, type: type || 'message', data: data.join('\n') };
          }
          type = '';
          data = [];
        } else if (field === 'event') type = text;
        else if (field === 'data') data.push(text);
        else if (field === 'id') id = text;
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Rejects when a stream stays silent for too long. */
async function audible<T>(read: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('the stream is silent')),
      SILENCE_MILLIS,
    );
  });
  try {
    return await Promise.race([read, silence]);
  } finally {
    clearTimeout(timer);
  }
}
