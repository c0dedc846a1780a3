// HTTP clients of the suite: the portal as a user, the emulator's control, and Google as a console user.
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { names, templates } from './catalog.mjs';
import { emulatorUrl, portalUrl } from './servers.mjs';

/** How long each outage of a round lasts, in milliseconds. */
export const OUTAGE = 1000 * Number(process.env.OUTAGE ?? '8');
/** How much longer a round may take than without outages: it has three at most. */
export const OUTAGES = 3 * OUTAGE;

const ENDED = ['succeeded', 'failed', 'cancelled'];

async function readText(response) {
  const text = await response.text();
  if (!response.ok) {
    throw Object.assign(new Error(`${response.status} ${text}`), {
      status: response.status,
    });
  }
  return text;
}

async function read(response) {
  const text = await readText(response);
  return text ? JSON.parse(text) : undefined;
}

/** How long before its expiry a token is replaced, in milliseconds. */
const RESERVE = 120_000;
/** The guest's token, once the catalog shows their groups. */
let session;

/**
 * Signs the guest in. Backstage then looks their groups up, and a portal that starts or has lost its database finds none: the guest stays
 * without groups until the next time.
 */
async function signIn(base) {
  const response = await fetch(`${base}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  return (await read(response)).backstageIdentity.token;
}

const expiryOf = token =>
  1000 * JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).exp;

/** Returns a Backstage token of the guest. */
export async function token(base = portalUrl) {
  if (!session) return signIn(base);
  if (expiryOf(session) < Date.now() + RESERVE) session = await signIn(base);
  return session;
}

/** Returns the events of a deployment that has ended, without the last one, which repeats the deployment. */
export async function eventsOf(id) {
  const text = await persistent(`vertex-ai/deployments/${id}/events`, {
    as: readText,
  });
  const blocks = text.split('\n\n').filter(block => block.startsWith('id: '));
  return blocks.map(block => ({
    id: Number(/^id: (\d+)$/m.exec(block)[1]),
    data: JSON.parse(/^data: (.*)$/m.exec(block)[1]),
  }));
}

/** Calls the portal's API as the guest. */
export async function portal(
  path,
  { method = 'GET', body, headers, base = portalUrl, as = read } = {},
) {
  const response = await fetch(`${base}/api/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await token(base)}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  return as(response);
}

/** Whether a portal has its catalog, so that deployments can be started: the guest is a member of the owners, too. */
export async function isReady(base) {
  const guest = await portal('catalog/entities/by-name/user/default/guest', {
    base,
  });
  if (!guest.relations?.some(({ type }) => type === 'memberOf')) return false;
  const last = names.at(-1);
  await portal(`catalog/entities/by-name/component/default/${last}`, { base });
  for (const name of templates) {
    await portal(`catalog/entities/by-name/template/default/${name}`, { base });
  }
  await portal('vertex-ai/deployments?limit=1', { base });
  await portal('proxy/vertex-ai/.well-known/jwks.json', { base });
  session ??= await signIn(base);
  return true;
}

/** As `portal`, again until the portal answers: it may be down. */
export async function persistent(path, init, patience = 240_000 + OUTAGES) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await portal(path, init);
    } catch (error) {
      // A portal that starts has no routes yet, and answers 404 without a text.
      const isStarting = error.message === '404 ';
      // Without its database, a portal cannot verify a token.
      const isBlind = error.status === 401;
      const isOurs = error.status >= 400 && error.status < 500;
      const isFinal = isOurs && !isStarting && !isBlind;
      if (isFinal || Date.now() > deadline) throw error;
      await setTimeout(300);
    }
  }
}

/** Follows a deployment to its end, or for some milliseconds. */
export async function ended(id, patience = 300_000 + OUTAGES) {
  const deadline = Date.now() + patience;
  for (;;) {
    const deployment = await persistent(`vertex-ai/deployments/${id}`);
    if (ENDED.includes(deployment.state) || Date.now() > deadline) {
      return deployment;
    }
    await setTimeout(500);
  }
}

/** Cancels a deployment. Returns whether it had not ended. */
export async function cancel(id) {
  try {
    await persistent(`vertex-ai/deployments/${id}/cancel`, { method: 'POST' });
    return true;
  } catch (error) {
    if (error.status !== 409) throw error;
    return false;
  }
}

/** Starts a deployment under an idempotency key, or what `more` asks for: of the entity in the catalog, or of a text. */
export const start = (name, key, more = {}) =>
  persistent('vertex-ai/deployments', {
    method: 'POST',
    headers: { 'idempotency-key': key },
    body: {
      ...('text' in more ? {} : { entityRef: `component:default/${name}` }),
      ...more,
    },
  });

/** Sends a request, and waits for its answer as long as Google may be away, which `fetch` does not. */
async function request(url, { method = 'GET', headers, body }) {
  const sent = httpRequest(url, { method, headers });
  sent.end(body && JSON.stringify(body));
  const [answer] = await once(sent, 'response');
  const chunks = await answer.toArray();
  const status = answer.statusCode;
  return read(new Response(Buffer.concat(chunks), { status }));
}

/** Reads from the emulator's control, or posts to it. */
export const emulator = (path, body) =>
  request(`${emulatorUrl}/emulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body,
  });

/** Calls Google as a console user. */
export const google = (path, { method, body } = {}) =>
  request(`${emulatorUrl}/v1/${path}`, {
    method,
    headers: {
      authorization: 'Bearer test-owner',
      'content-type': 'application/json',
    },
    body,
  });

/** Follows an operation of a console user to its end. */
export async function finished(operation) {
  let state = operation;
  while (!state.done) {
    await setTimeout(100);
    state = await google(state.name);
  }
  if (state.error) throw new Error(JSON.stringify(state.error));
  return state.response;
}
