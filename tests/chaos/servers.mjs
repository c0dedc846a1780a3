// The emulator and the portal as processes that can be killed.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '../..');

export const artifacts = process.env.ARTIFACTS ?? join(root, 'target/chaos');
const portalPort = process.env.PORTAL_PORT ?? '7207';
const emulatorPort = process.env.EMULATOR_PORT ?? '8285';
export const portalUrl = `http://localhost:${portalPort}`;
export const emulatorUrl = `http://127.0.0.1:${emulatorPort}`;
/** Folder of the portal's SQLite files. */
export const database = join(artifacts, 'database');

const running = new Set();
process.on('exit', () => running.forEach(server => server.signal('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(130));
}

/** One server in a process group of its own. */
class Server {
  constructor(name, command, args, options) {
    mkdirSync(artifacts, { recursive: true });
    const log = openSync(join(artifacts, `${name}.log`), 'a');
    this.child = spawn(command, args, {
      ...options,
      detached: true,
      stdio: ['ignore', log, log],
    });
    this.ended = new Promise(settle => this.child.once('exit', settle));
    running.add(this);
    this.ended.then(() => running.delete(this));
  }

  signal(name) {
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // The group is gone.
    }
  }

  /** Ends the whole group at once, as a power failure does. */
  async kill() {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Waits until a probe holds; fails when the server ends first. */
  async until(probe, patience = 120_000) {
    const deadline = Date.now() + patience;
    let isOver = false;
    this.ended.then(() => {
      isOver = true;
    });
    while (!(await probe().catch(() => false))) {
      if (isOver) throw new Error('the server has ended; see its log');
      if (Date.now() > deadline) throw new Error('the server is not ready');
      await setTimeout(200);
    }
    return this;
  }
}

export function startEmulator() {
  const server = new Server('emulator', join(root, 'target/debug/emulator'), [
    ...['--port', emulatorPort],
    ...['--seed', join(root, 'emulator/seeds/demo.yaml')],
    ...['--issuer', `${portalUrl}/api/proxy/vertex-ai`],
    ...['--speed', '100'],
  ]);
  return server.until(
    async () => (await fetch(`${emulatorUrl}/emulator/health`)).ok,
  );
}

/** Starts the portal; `ready` tells whether it can be used. */
export function startPortal(config, ready) {
  const cli = join(root, 'node_modules/@backstage/cli/bin/backstage-cli');
  const configs = ['../app-config.yaml', config];
  const server = new Server(
    'portal',
    process.execPath,
    [cli, 'package', 'start', ...configs.flatMap(path => ['--config', path])],
    {
      cwd: join(root, 'www/backend'),
      env: {
        ...process.env,
        PORTAL_PORT: portalPort,
        PORTAL_ROOT: root,
        PORTAL_DATABASE: database,
        EMULATOR_URL: emulatorUrl,
      },
    },
  );
  return server.until(ready);
}
