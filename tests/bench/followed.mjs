// The time in which events of deployments reach clients.
import assert from 'node:assert/strict';
import { token } from '../chaos/clients.mjs';

/**
 * Follows a deployment at a replica to its end. Returns the times in milliseconds between its events, those since the client came, and
 * their arrival at the client.
 */
async function lags(id, base) {
  const headers = { authorization: `Bearer ${await token(base)}` };
  const stream = await fetch(`${base}/api/vertex-ai/deployments/${id}/events`, {
    headers,
  });
  assert.equal(stream.status, 200);
  const came = Date.now();
  const found = [];
  let text = '';
  for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
    const now = Date.now();
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const at = Date.parse(/"at":"([^"]+)"/.exec(block)?.[1] ?? '');
      if (block.startsWith('id: ') && at >= came) found.push(now - at);
    }
  }
  return found;
}

/** Follows each of some deployments at each replica, which is to say also at those that do not run it. */
export async function watchEverywhere(portal, ids) {
  const all = ids.flatMap(id => portal.urls().map(base => lags(id, base)));
  const found = (await Promise.all(all)).flat();
  assert.ok(found.length > 0, 'nobody has seen an event');
  return Math.max(...found);
}
