// HTTP clients of the suite: the portal as a user, the emulator's control, and Google as a console user.
import { setTimeout } from 'node:timers/promises';
import { emulatorUrl, portalUrl } from './servers.mjs';

async function read(response) {
  const text = await response.text();
  if (!response.ok) {
    throw Object.assign(new Error(`${response.status} ${text}`), {
      status: response.status,
    });
  }
  return text ? JSON.parse(text) : undefined;
}

async function guestToken() {
  const response = await fetch(`${portalUrl}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  return (await read(response)).backstageIdentity.token;
}

/** Calls the portal's API as the guest. */
export async function portal(path, { method = 'GET', body, headers } = {}) {
  const response = await fetch(`${portalUrl}/api/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await guestToken()}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  });
  return read(response);
}

/** As `portal`, again until the portal answers: it may be down. */
export async function persistent(path, init, patience = 120_000) {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await portal(path, init);
    } catch (error) {
      const isFinal = error.status >= 400 && error.status < 500;
      if (isFinal || Date.now() > deadline) throw error;
      await setTimeout(300);
    }
  }
}

/** Reads from the emulator's control, or posts to it. */
export async function emulator(path, body) {
  const response = await fetch(`${emulatorUrl}/emulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
  });
  return read(response);
}

/** Calls Google as a console user. */
export async function google(path, { method = 'GET', body } = {}) {
  const response = await fetch(`${emulatorUrl}/v1/${path}`, {
    method,
    headers: {
      authorization: 'Bearer test-owner',
      'content-type': 'application/json',
    },
    body: body && JSON.stringify(body),
  });
  return read(response);
}

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
