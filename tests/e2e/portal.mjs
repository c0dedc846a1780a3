// HTTP clients of the portal and the emulator.
const { PORTAL_URL, EMULATOR_URL } = process.env;

export const portalUrl = PORTAL_URL ?? 'http://localhost:7007';
export const emulatorUrl = EMULATOR_URL ?? 'http://127.0.0.1:8085';

/** Returns a Backstage token of the guest. */
export async function guestToken() {
  const response = await fetch(`${portalUrl}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  return (await response.json()).backstageIdentity.token;
}

/** Returns the log of a scaffolder task, as the portal's API serves it. */
export async function taskLog(task) {
  const response = await fetch(
    `${portalUrl}/api/scaffolder/v2/tasks/${task}/events`,
    { headers: { authorization: `Bearer ${await guestToken()}` } },
  );
  return response.text();
}

/** Calls Google through the portal's proxy, as the guest by default. */
export async function proxied(path, init = {}, token = undefined) {
  return fetch(`${portalUrl}/api/proxy/vertex-ai/${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${token ?? (await guestToken())}`,
      'content-type': 'application/json',
      ...init.headers,
    },
  });
}

/** Reads the emulator's state, or posts a command to it. */
export async function emulator(path, body) {
  const response = await fetch(`${emulatorUrl}/emulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
