import { mockServices } from '@backstage/backend-test-utils';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProxyFetch } from './proxyFetch';

it('gives up on a proxy that never answers', async () => {
  const server = createServer(() => {});
  await new Promise<void>(done => {
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  const call = createProxyFetch(mockServices.auth(), 20);
  try {
    await expect(
      call(`http://127.0.0.1:${port}/`, {}, { mandate: 'm', lease: 1 }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
  } finally {
    server.closeAllConnections();
    await new Promise(done => server.close(done));
  }
});
