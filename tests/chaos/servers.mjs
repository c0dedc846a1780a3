// The emulator and the portal as processes that can be killed, one portal or two replicas behind a load balancer.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Relay } from './relay.mjs';

const root = resolve(import.meta.dirname, '../..');

export const artifacts = process.env.ARTIFACTS ?? join(root, 'target/chaos');
/** A PostgreSQL server; without one, the portal has SQLite files and no replicas. */
export const postgres = process.env.POSTGRES_URL;
const portalPort = Number(process.env.PORTAL_PORT ?? '7207');
const emulatorPort = process.env.EMULATOR_PORT ?? '8285';
export const portalUrl = `http://localhost:${portalPort}`;
export const emulatorUrl = `http://127.0.0.1:${emulatorPort}`;
/** Folder of the portal's SQLite files. */
export const database = join(artifacts, 'database');
const replicas = postgres ? 2 : 1;

/** How long a replica that is started again may take, in milliseconds, and how often it is. */
const START_MILLIS = 60_000;
const STARTS = 4;

const running = new Set();
process.on('exit', () => running.forEach(server => server.signal('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(130));
}

/** One server in a process group of its own. */
export class Server {
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

  /** The numbers of its processes; of Linux alone. */
  processes() {
    return readdirSync('/proc')
      .filter(pid => /^\d+$/.test(pid))
      .map(Number)
      .filter(pid => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
          // After the name in brackets: state, parent, group.
          const group = stat.slice(stat.lastIndexOf(')')).split(' ')[3];
          return Number(group) === this.child.pid;
        } catch {
          // The process has ended.
          return false;
        }
      });
  }

  /** Waits until a probe holds; fails when the server ends first. */
  async until(probe, patience = 240_000) {
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

/** A portal of one process, or of two replicas behind a load balancer that share a PostgreSQL database. */
export class Portal {
  #servers = [];
  #isReady = [];
  /** The last restart of each replica. */
  #turns = [];
  #balancer;
  #line;

  /** @param config path of a configuration; @param ready tells whether the portal can be used */
  constructor(config, ready) {
    this.config = config;
    this.ready = ready;
  }

  /** Starts every replica, at once or one after the other: on an empty database, only one may make the tables of Backstage. */
  async start({ together = true } = {}) {
    if (postgres) {
      const database = Number(new URL(postgres).port);
      this.#line = await Relay.start(0, () => [database]);
      this.#balancer = await Relay.start(portalPort, () => this.#ready());
    }
    const all = Array.from({ length: replicas }, (_, at) => at);
    if (together) await Promise.all(all.map(at => this.#run(at)));
    else for (const at of all) await this.#run(at);
  }

  async stop() {
    await Promise.all(this.#servers.map(server => server.kill()));
    this.#isReady = [];
    await this.#balancer?.close();
    await this.#line?.close();
  }

  /** The number of the last replica. */
  last = replicas - 1;

  /** The number of a replica. */
  any(choices) {
    return choices.between(0, replicas);
  }

  /** The address of each replica, past the load balancer. */
  urls() {
    return this.#servers.map((_, at) => `http://localhost:${this.#port(at)}`);
  }

  /** The numbers of each replica's processes. */
  processes() {
    return this.#servers.map(server => server.processes());
  }

  /** Ends a replica as a power failure does, and starts it again. A replica that starts is not ended before it is ready. */
  async restart(at = 0) {
    const turn = Promise.resolve(this.#turns[at]).then(async () => {
      await this.#servers[at].kill();
      this.#isReady[at] = false;
      await this.#runAgain(at);
    });
    this.#turns[at] = turn.catch(() => {});
    await turn;
  }

  /** Freezes a replica for some time, in which another one takes its work over. */
  async freeze(at, millis) {
    this.#servers[at].signal('SIGSTOP');
    await setTimeout(millis);
    this.#servers[at].signal('SIGCONT');
  }

  /** Does something while every replica stands still, so that the files of the database are those of one moment. */
  async paused(work) {
    this.#servers.forEach(server => server.signal('SIGSTOP'));
    try {
      return await work();
    } finally {
      this.#servers.forEach(server => server.signal('SIGCONT'));
    }
  }

  /** Ends every connection to the database, which takes none for some time. */
  async loseDatabase(millis) {
    this.#line.cut();
    await setTimeout(millis);
    this.#line.mend();
  }

  /** The ports of the replicas that can be used; of all, while there is none. */
  #ready() {
    const all = Array.from({ length: replicas }, (_, at) => this.#port(at));
    const ready = all.filter((_, at) => this.#isReady[at]);
    return ready.length > 0 ? ready : all;
  }

  #port(at) {
    return postgres ? portalPort + 1 + at : portalPort;
  }

  /** Runs a replica. Backstage gives up where its database goes away while it starts: it is started once more, as orchestrators do. */
  async #runAgain(at) {
    for (let start = 1; start < STARTS; start += 1) {
      try {
        await this.#run(at, START_MILLIS);
        return;
      } catch (error) {
        console.log(`portal: started once more: ${error.message}`);
        await this.#servers[at].kill();
      }
    }
    await this.#run(at);
  }

  async #run(at, patience) {
    const cli = join(root, 'node_modules/@backstage/cli/bin/backstage-cli');
    const configs = ['../app-config.yaml', this.config];
    const args = configs.flatMap(path => ['--config', path]);
    const line = postgres && new URL(postgres);
    if (line) line.port = this.#line.port;
    const server = new Server(
      `portal${at || ''}`,
      process.execPath,
      [cli, 'package', 'start', ...args],
      {
        cwd: join(root, 'www/backend'),
        env: {
          ...process.env,
          PORTAL_PORT: String(portalPort),
          PORTAL_LISTEN: String(this.#port(at)),
          PORTAL_ROOT: root,
          PORTAL_DATABASE: database,
          POSTGRES_LINE: line?.href ?? '',
          EMULATOR_URL: emulatorUrl,
        },
      },
    );
    this.#servers[at] = server;
    const url = `http://localhost:${this.#port(at)}`;
    await server.until(() => this.ready(url), patience);
    this.#isReady[at] = true;
  }
}
