// The PostgreSQL server of a run, killed and started again, where its data folder is known.
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Server } from './servers.mjs';

/** The server's data folder, where the run may end the server. */
export const data = process.env.POSTGRES_DATA;
/** How long a start may take, with the recovery after a crash, in milliseconds. */
const PATIENCE = 60_000;

const read = name => readFileSync(join(data, name), 'utf8');
const LOCK = 'postmaster.pid';

/** Ends the server as a crash does, and starts it again with the options that it had. */
export async function restartPostgres() {
  process.kill(Number(read(LOCK).split('\n')[0]), 'SIGKILL');
  const deadline = Date.now() + PATIENCE;
  while (!(await isStarted())) {
    // Processes of the killed server still hold its memory.
    if (Date.now() > deadline) throw new Error('PostgreSQL does not start');
    await setTimeout(300);
  }
}

/** Starts the server once. Returns whether it accepts connections. */
async function isStarted() {
  // It names a process that its parent may not have waited for yet. Shared memory tells whether a server runs.
  rmSync(join(data, LOCK), { force: true });
  const { uid, gid } = statSync(data);
  const command = ['-c', `exec ${read('postmaster.opts')}`];
  const server = new Server('postgres', 'sh', command, { cwd: data, uid, gid });
  // It ends with the run, which does not wait for it.
  server.child.unref();
  const isReady = async () => {
    const lines = read(LOCK)
      .split('\n')
      .map(line => line.trim());
    return lines[0] === `${server.child.pid}` && lines.includes('ready');
  };
  return server.until(isReady, PATIENCE).then(
    () => true,
    () => false,
  );
}
