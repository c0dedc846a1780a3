import proxyPlugin from '@backstage/plugin-proxy-backend';
import { FakeGoogle } from './__testUtils__/google';
import { Portal, PREDICT } from './__testUtils__/portal';

describe('the module', () => {
  let google: FakeGoogle;
  const portals: Portal[] = [];

  const start = async (settings: object) => {
    const portal = new Portal();
    portals.push(portal);
    return portal.start(settings, proxyPlugin);
  };

  beforeEach(async () => {
    google = await FakeGoogle.start();
  });

  afterEach(async () => {
    for (const portal of portals.splice(0)) await portal.stop();
    await google.stop();
  });

  it.each([
    '/vertex-ai',
    'vertex-ai',
    '/Vertex-AI/',
    '/vertex-ai/aiplatform',
    '/',
    '/:anything',
    '/vertex-?ai',
    '*',
  ])('does not start beside the proxy endpoint %s', async endpoint => {
    const endpoints = { [endpoint]: { target: 'http://127.0.0.1:1' } };
    const proxy = endpoint.startsWith('/v') ? endpoints : { endpoints };
    await expect(start({ ...Portal.settings(google), proxy })).rejects.toThrow(
      /overlaps '\/vertex-ai'/,
    );
  });

  it('starts beside other endpoints, and survives a change of the configuration', async () => {
    const settings = Portal.settings(google);
    const proxy = (name: string) => ({
      endpoints: { [name]: { target: `${google.url}/stock` } },
    });
    const portal = await start({ ...settings, proxy: proxy('/vertex') });
    const ask = (path: string) => portal.ask({ path, body: {} });
    expect((await ask(PREDICT)).status).toBe(200);
    expect((await ask('/api/proxy/vertex')).status).toBe(200);

    portal.config.update({ data: { ...settings, proxy: proxy('/other') } });
    expect((await ask('/api/proxy/other')).status).toBe(200);
    expect((await ask('/api/proxy/vertex')).status).toBe(404);
    expect((await ask(PREDICT)).status).toBe(200);
  });

  it('does not start without its configuration', async () => {
    await expect(
      start({ backend: { baseUrl: 'http://localhost:7007' } }),
    ).rejects.toThrow(/vertexAi: .* — /);
  });

  it('does not start with an invalid configuration, and lists every mistake', async () => {
    const { backend } = Portal.settings(google);
    const wrong = start({
      backend,
      vertexAi: {
        projects: [{ project: 'Acme' }],
        identity: { audience: 'portal' },
        emulator: { url: 'http://192.0.2.1' },
      },
    });
    await expect(wrong).rejects.toThrow(/vertexAi\.projects\[0\]\.project: /);
    await expect(wrong).rejects.toThrow(/vertexAi\.identity\.audience: /);
    await expect(wrong).rejects.toThrow(/vertexAi\.emulator\.url: /);
  });
});
