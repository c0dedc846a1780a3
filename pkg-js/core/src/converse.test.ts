import { status, type Host } from '@backstage-vertex-ai/core/server';

const request = {
  source: {
    entity: {
      kind: 'Component',
      metadata: {
        name: 'fraud',
        annotations: {
          'google.com/vertex-ai-project': 'acme-ml',
          'google.com/vertex-ai-location': 'us-central1',
          'google.com/vertex-ai-endpoint': 'fraud',
          'google.com/vertex-ai-model': 'fraud@3',
        },
      },
    },
  },
  proxyUrl: 'http://portal/api/proxy/vertex-ai',
};

const ask = (fetch: Host['fetch'], signal?: AbortSignal) =>
  status(request, { fetch, signal });

describe('a conversation', () => {
  it('sends its requests with the injected fetch', async () => {
    const { state, headline } = await ask(async (url, init, identity) => {
      expect([identity, init.method]).toEqual(['initiator', 'GET']);
      const endpoint = {
        displayName: 'Fraud',
        trafficSplit: { 1: 100 },
        deployedModels: [{ id: '1', model: 'm@3', modelVersionId: '3' }],
      };
      return Response.json(
        url.endsWith('/endpoints/fraud') ? endpoint : { operations: [] },
      );
    });
    expect([state, headline]).toEqual(['serving', 'Serving version 3']);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers with a number', async () => 42],
    ['answers with nothing', async () => undefined],
  ])('reports a fetch that %s', async (_, fetch) => {
    const { state, diagnostics } = await ask(fetch as Host['fetch']);
    expect(state).toBe('unavailable');
    expect(diagnostics[0].code).toBe('network/unreachable');
  });

  it.each([new TypeError('terminated'), 'gone', undefined, null, {}])(
    'reports an answer that is cut off with %p',
    async reason => {
      const { diagnostics } = await ask(async () => {
        const body = new ReadableStream({ start: it => it.error(reason) });
        return new Response(body);
      });
      expect(diagnostics[0].code).toBe('google/answer-unreadable');
    },
  );

  it('accepts an answer without headers', async () => {
    const answer = { status: 404, text: async () => '{}' } as Response;
    const { diagnostics } = await ask(async () => answer);
    expect(diagnostics.map(({ code }) => code)).not.toContain(
      'network/unreachable',
    );
  });

  it('sends nothing after its signal has aborted', async () => {
    const fetch = jest.fn();
    expect((await ask(fetch, AbortSignal.abort())).state).toBe('unavailable');
    expect(fetch).not.toHaveBeenCalled();
  });

  it('aborts a request with its signal', async () => {
    const leaving = new AbortController();
    const { state } = await ask(
      (_, { signal }) =>
        new Promise((__, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason));
          leaving.abort();
        }),
      leaving.signal,
    );
    expect(state).toBe('unavailable');
  });

  it('needs a host with `fetch`', async () => {
    await expect(status(request, {} as Host)).rejects.toMatchObject({
      name: 'CoreError',
      code: 'request/malformed',
      status: 400,
    });
  });
});
