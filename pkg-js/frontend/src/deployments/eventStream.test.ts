import { readEvents, type StreamEvent } from './eventStream';

/** The events of a stream that arrives in these chunks. */
async function read(...chunks: string[]): Promise<StreamEvent[]> {
  const text = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      chunks.forEach(chunk => stream.enqueue(text.encode(chunk)));
      stream.close();
    },
  });
  const events: StreamEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

describe('a stream of events', () => {
  it('is read whatever the chunks and the ends of lines', async () => {
    const whole = 'id: 1\nevent: state\ndata: {"a":1}\n\ndata: x\ndata: y\n\n';
    const expected = [
      { id: '1', type: 'state', data: '{"a":1}' },
      { id: '1', type: 'message', data: 'x\ny' },
    ];
    expect(await read(whole)).toEqual(expected);
    expect(await read(...whole)).toEqual(expected);
    const windows = whole.replaceAll('\n', '\r\n');
    expect(await read(windows)).toEqual(expected);
    expect(await read(...windows)).toEqual(expected);
    expect(await read(whole.replaceAll('\n', '\r'), 'retry: 5')).toEqual(
      expected,
    );
  });

  it('has no event for a sign of life, nor for what was cut off', async () => {
    expect(await read(':\n\n', ': alive\n\n', 'data: cut')).toEqual([]);
    expect(await read('event: end\ndata: {}\n')).toEqual([]);
  });

  it('keeps letters that two chunks share', async () => {
    const bytes = new TextEncoder().encode('data: ü\n\n');
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        stream.enqueue(bytes.slice(0, 7));
        stream.enqueue(bytes.slice(7));
        stream.close();
      },
    });
    const { value } = await readEvents(body).next();
    expect(value).toMatchObject({ data: 'ü' });
  });

  it('breaks when it stays silent', async () => {
    jest.useFakeTimers();
    try {
      const silent = readEvents(new ReadableStream()).next();
      await Promise.all([
        expect(silent).rejects.toThrow('silent'),
        jest.advanceTimersByTimeAsync(45_000),
      ]);
    } finally {
      jest.useRealTimers();
    }
  });
});
