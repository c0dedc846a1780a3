// The portal and the emulator as a program calls them.
const { PORTAL_URL, EMULATOR_URL } = process.env;

export const portalUrl = PORTAL_URL ?? 'http://localhost:7007';
export const emulatorUrl = EMULATOR_URL ?? 'http://127.0.0.1:8085';

/** A Backstage token of the guest, as a program gets one. */
export async function guestToken() {
  const response = await fetch(`${portalUrl}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  return (await response.json()).backstageIdentity.token;
}

/** What a scaffolder task logged, as the portal hands it out. */
export async function taskLog(task) {
  const response = await fetch(
    `${portalUrl}/api/scaffolder/v2/tasks/${task}/events`,
    { headers: { authorization: `Bearer ${await guestToken()}` } },
  );
  return response.text();
}

/** Calls Google through the portal's proxy. */
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

/** Looks into the emulator, or orders something from it. */
export async function emulator(path, body) {
  const response = await fetch(`${emulatorUrl}/emulator/${path}`, {
    method: body ? 'POST' : 'GET',
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  return response.json();
}
