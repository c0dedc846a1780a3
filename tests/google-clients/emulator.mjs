/** The emulator as its own process, on a port of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts it with the demo's seed and this issuer. */
export async function startEmulator(issuer) {
  const flags = [
    '--port',
    '0',
    '--seed',
    'emulator/seeds/demo.yaml',
    '--speed',
    '2000',
    '--issuer',
    issuer,
  ];
  const child = spawn('target/debug/emulator', flags, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`the emulator ended with ${code}`)),
    ),
  ]);
  const url = line.match(/http:\/\/\S+/)[0];
  const control = async (verb, path, body) => {
    const init = { method: verb, body: body && JSON.stringify(body) };
    const response = await fetch(`${url}/emulator/${path}`, init);
    if (!response.ok)
      throw new Error(
        `${verb} ${path} answered ${response.status}: ${await response.text()}`,
      );
    return response.json();
  };
  return {
    url,
    port: Number(new URL(url).port),
    calls: async () => (await control('GET', 'state')).calls,
    fault: fault => control('POST', 'faults', fault),
    reset: () => control('POST', 'reset'),
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}
