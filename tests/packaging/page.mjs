/** One page of a folder's files on loopback, opened in Chromium. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { launch } from '../chromium.mjs';

const TYPES = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Opens a page and returns the title that its script sets. */
export async function open(folder, body, policy) {
  const server = createServer((request, response) => {
    const headers = policy ? { 'content-security-policy': policy } : {};
    if (request.url === '/') {
      response.writeHead(200, { ...headers, 'content-type': 'text/html' });
      response.end(`<!doctype html><title></title><body>${body}</body>`);
      return;
    }
    try {
      const file = readFileSync(
        join(folder, new URL(request.url, 'http://localhost').pathname),
      );
      response.writeHead(200, {
        ...headers,
        'content-type': TYPES[extname(request.url)] ?? 'text/plain',
      });
      response.end(file);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== '');
    return await page.title();
  } finally {
    await browser.close();
    server.close();
  }
}
