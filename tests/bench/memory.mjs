// What the replicas of a portal hold alive: heap and external memory after a collection, and the core's linear memory. The resident
// memory is no such figure: it holds garbage, and pages that V8 keeps for later.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { artifacts } from '../chaos/servers.mjs';

const folder = join(artifacts, 'memory');
const PATIENCE = 30_000;

/** Lets every process that is started from now on report its memory. */
export function watchMemory() {
  const preload = join(import.meta.dirname, 'reportMemory.cjs');
  process.env.NODE_OPTIONS = `--require ${preload}`;
  process.env.MEMORY_REPORTS = folder;
}

const read = pid => {
  const file = join(folder, `${pid}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

async function reportOf(pid) {
  const before = read(pid);
  if (!before) return undefined;
  process.kill(pid, 'SIGUSR2');
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    await setTimeout(50);
    try {
      const now = read(pid);
      if (now.reports > before.reports) return now;
    } catch {
      // Half written.
    }
    if (Date.now() > deadline) throw new Error(`${pid} reports no memory`);
  }
}

/** Returns for each replica what is alive, and what is resident, in MB. Of Linux alone. */
export async function memoryOf(portal) {
  const replicas = portal.processes().map(async pids => {
    const reports = (await Promise.all(pids.map(reportOf))).filter(Boolean);
    const sum = read => reports.reduce((all, one) => all + read(one), 0);
    const megabytes = bytes => Math.round(bytes / 2 ** 20);
    return {
      live: megabytes(sum(one => one.heapUsed + one.external + one.wasm)),
      heap: megabytes(sum(one => one.heapUsed)),
      external: megabytes(sum(one => one.external)),
      wasm: megabytes(sum(one => one.wasm)),
      resident: megabytes(sum(one => one.rss)),
    };
  });
  return Promise.all(replicas);
}
