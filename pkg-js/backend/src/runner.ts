import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  removalDue,
  type ContainerLog,
} from '@backstage-vertex-ai/core/server';
import type { RunDeployment, StoredRequest } from './core';
import type { Clock } from './clock';
import { LeaseLost } from './query';
import type { History } from './deployments/history';
import type { ContainerLogs } from './deployments/containerLogs';
import type { Ledger } from './deployments/ledger';
import { LEASE_MILLIS, type Leases } from './deployments/leases';
import { toRequest, type Row } from './deployments/row';
import type { Deployments } from './deployments/store';
import type { Mandates } from './mandates';
import type { Notices } from './notices';
import { ProgressWriter } from './progressWriter';
import type { TaskCancellations } from './taskCancellations';

/** Between two signs of life, in milliseconds. */
export const BEAT_MILLIS = 3_000;
/** Between two looks for deployments without a runner, in milliseconds. */
export const POLL_MILLIS = 2_000;
/** A process that was paused sends nothing in the last part of a lease, in milliseconds. */
const MARGIN = 1_000;
/** After a run that ended without a report, in milliseconds. */
const CRASH_PAUSE = 10_000;
/** The pause doubles with each such run, up to this number of times: to five minutes. */
const MAX_DOUBLINGS = 5;
/** How long a start may take before it is treated as interrupted, in milliseconds. */
export const START_MILLIS = 120_000;
/** Between two attempts to settle ended deployments, in milliseconds. */
const SETTLE_MILLIS = 60_000;
/** How long after the end of a deployment it is tried to tell of it, in milliseconds. */
const TELL_MILLIS = 3_600_000;
const BATCH = 100;

/** Calls the proxy for a run: as this plugin, under a mandate, with the number of a lease. */
export type MandateFetch = (
  url: string,
  init: RequestInit,
  under: { mandate: string; lease: number },
) => Promise<Response>;

/** A run of this process. */
interface Run {
  lease: number;
  /** Until when the lease is surely held, by the clock of this process. */
  heldUntil: number;
  readonly cancel: AbortController;
  /** The request that started it in this process, with the values that are not stored. */
  readonly whole?: StoredRequest;
  ended: Promise<void>;
}

/** Runs deployments whose leases this process holds, and takes over those of processes that died. What a run does is the core's. */
export class Runner {
  private readonly runs = new Map<string, Run>();
  private stopping = false;
  private settlingDue = 0;
  /** Number of deployments that run in all processes, as last seen; 0 where this process has none and does not look. */
  private running = 0;
  private readonly clock: Clock;

  constructor(
    private readonly options: {
      store: Deployments;
      ledger: Ledger;
      /** Absent where none are kept. */
      containerLogs?: Pick<ContainerLogs, 'keep'>;
      history: History;
      leases: Leases;
      mandates: Pick<Mandates, 'endAll'>;
      /** Absent where nobody is told. */
      notices?: Pick<Notices, 'send'>;
      /** Absent where no task is followed. */
      tasks?: Pick<TaskCancellations, 'takenOver'>;
      fetch: MandateFetch;
      runDeployment: RunDeployment;
      /** Returns an entity as the catalog has it, whoever may see it. */
      readEntity(entityRef: string): Promise<object | undefined>;
      proxyUrl(): Promise<string>;
      logger: LoggerService;
      clock?: Clock;
    },
  ) {
    this.clock = options.clock ?? Date;
    options.store.changes.on('cancel', (id: string) =>
      this.runs.get(id)?.cancel.abort(),
    );
  }

  /**
   * Claims a deployment and runs it in the background. Returns whether this process got it.
   *
   * @param whole its request where this process has just started it, with the values that are not stored
   */
  async claim(id: string, whole?: StoredRequest): Promise<boolean> {
    if (this.stopping) return false;
    const before = this.clock.now();
    const row = await this.options.leases.claim(id);
    if (!row) return false;
    const run: Run = {
      lease: row.lease,
      heldUntil: before + LEASE_MILLIS - MARGIN,
      cancel: new AbortController(),
      whole,
      ended: Promise.resolve(),
    };
    // A run of this process that lost its lease goes on under its old number, which the ledger and the door deny.
    this.runs.set(id, run);
    if (row.cancel_requested_by) run.cancel.abort();
    if (!whole) this.options.tasks?.takenOver(row);
    run.ended = this.carryOut(row, run).finally(() => {
      if (this.runs.get(id) === run) this.runs.delete(id);
    });
    return true;
  }

  /** Counts where this process has not for a while; between two counts, it adds its own claims. */
  private async noteClaim(): Promise<void> {
    this.running += 1;
    if (this.running > 1) return;
    this.running = await this.options.leases.running();
  }

  /** Claims every deployment without a runner, and ends starts that were interrupted. */
  async poll(): Promise<void> {
    const { leases, store } = this.options;
    for (const { row, followed } of await store.due(BATCH)) {
      await this.schedule(row, followed);
    }
    for (const id of await leases.orphans(BATCH)) await this.claim(id);
    const before = this.clock.now() - START_MILLIS;
    for (const { id } of await store.withoutMandate(before, BATCH)) {
      await store.record(
        id,
        {
          refused: {
            diagnostics: [
              {
                code: 'portal/refused',
                severity: 'error',
                message: 'the start of the deployment was interrupted',
                help: 'start the deployment again',
              },
            ],
          },
        },
        // A mandate may have been made that never got here.
        {
          unlaunched: true,
          set: { idempotency_key: null, mandate_open: true },
        },
      );
    }
    if (this.clock.now() < this.settlingDue) return;
    this.settlingDue = this.clock.now() + SETTLE_MILLIS;
    // The process that saw an end may have died.
    const ended = await store.withOpenMandate(BATCH);
    await Promise.all(ended.map(row => this.settle(row)));
  }

  /** Gives a deployment its time once the one that it follows has succeeded, and ends it where there is nothing to do. */
  private async schedule(row: Row, followed: Row): Promise<void> {
    const { store } = this.options;
    const succeeded = followed.state === 'succeeded';
    const request =
      succeeded && removalDue(toRequest(row), JSON.parse(followed.life));
    if (request) {
      const { removePreviousAfterMinutes: minutes = 0 } = toRequest(followed);
      const startsAt = Date.parse(followed.ended_at!) + minutes * 60_000;
      await store.schedule(row.id, startsAt, request);
      return;
    }
    const ended = await store.record(row.id, {
      reported: {
        outcome: succeeded ? 'succeeded' : 'cancelled',
        undone: [],
        notUndone: [],
        diagnostics: [],
      },
    });
    if (ended) await this.settle(ended);
  }

  /** Does what follows from an end. Nothing of it changes the deployment. */
  private async conclude(row: Row): Promise<void> {
    const { history, logger } = this.options;
    try {
      if (row.state === 'succeeded') await history.note(row);
    } catch (error) {
      logger.warn(`A duration is lost: ${(error as Error).name}`);
    }
    await this.settle(row);
  }

  /** Tells of an end, and ends the mandates. What fails is tried again. */
  private async settle(row: Row): Promise<void> {
    const { notices, store } = this.options;
    const told = (await notices?.send(row)) ?? true;
    const over = await this.endMandates(row);
    const late = this.clock.now() - Date.parse(row.ended_at!) > TELL_MILLIS;
    if (over && (told || late)) await store.closeMandate(row.id);
  }

  /** Returns whether the mandates of a deployment have ended. */
  private async endMandates({ id, state }: Row): Promise<boolean> {
    const { mandates, logger } = this.options;
    try {
      await mandates.endAll(id, `the deployment ended: ${state}`);
    } catch (error) {
      // Where the proxy knows no mandate, or has ended it already, it is over.
      const { status = 500 } = error as { status?: number };
      if (status >= 500) {
        logger.warn('A mandate could not be ended yet: trying again', {
          deployment: id,
        });
        return false;
      }
    }
    return true;
  }

  /** Shows that this process lives, and learns which leases it still holds and which deployments are to be cancelled. */
  async beat(): Promise<void> {
    // A run that is claimed meanwhile is not among the rows that are found.
    const runs = [...this.runs];
    if (runs.length === 0) {
      this.running = 0;
      return;
    }
    const before = this.clock.now();
    const { leases } = this.options;
    const rows = await leases.beat(runs.map(([id]) => id));
    const held = new Map(rows.map(row => [row.id, row]));
    for (const [id, run] of runs) {
      const row = held.get(id);
      if (row?.lease === run.lease) {
        run.heldUntil = before + LEASE_MILLIS - MARGIN;
        if (row.cancel_requested_by) run.cancel.abort();
      } else {
        run.heldUntil = 0;
      }
    }
    this.running = await leases.running();
  }

  /** Ends every run of this process where it stands, so that another process goes on at once. */
  async stop(): Promise<void> {
    this.stopping = true;
    const leases = [...this.runs].map(([id, { lease }]) => ({ id, lease }));
    for (const run of this.runs.values()) run.heldUntil = 0;
    // Where the database has closed already, the leases expire by themselves.
    await Promise.allSettled(
      leases.map(({ id, lease }) => this.options.leases.release(id, lease)),
    );
  }

  /** Resolves when no run of this process is left. */
  async idle(): Promise<void> {
    while (this.runs.size > 0) {
      await Promise.all([...this.runs.values()].map(run => run.ended));
    }
  }

  private hold(run: Run) {
    if (this.clock.now() > run.heldUntil) throw new LeaseLost();
  }

  private async carryOut(row: Row, run: Run): Promise<void> {
    const { id } = row;
    const { store, leases, ledger, runDeployment, proxyUrl, logger } =
      this.options;
    const { lease } = run;
    const progress = new ProgressWriter(store, id, lease, logger);
    try {
      await store.record(id, { claimed: true }, { lease });
      await this.noteClaim();
      const report = await runDeployment(
        { ...(run.whole ?? toRequest(row)), proxyUrl: await proxyUrl() },
        await ledger.read(id),
        {
          fetch: async (url, init) => {
            this.hold(run);
            const under = { mandate: row.mandate!, lease };
            return this.options.fetch(url, init, under);
          },
          write: async entry => {
            this.hold(run);
            await ledger.write(id, lease, entry);
          },
          hold: async hold => {
            this.hold(run);
            return leases.hold(id, lease, hold);
          },
          keepLog: async log => {
            this.hold(run);
            await this.keepLog(id, lease, log);
          },
          entity: entityRef => this.options.readEntity(entityRef),
          running: () => Math.max(this.running, this.runs.size),
          onProgress: said => progress.add(said),
          signal: run.cancel.signal,
        },
      );
      await progress.drained();
      const ended = await store.record(id, { reported: report }, { lease });
      if (ended) await this.conclude(ended);
    } catch (error) {
      await progress.drained();
      await this.leave(row, run, error);
    }
  }

  /** Keeps a container's log. Without it, the run goes on. */
  private async keepLog(id: string, lease: number, log: ContainerLog) {
    const { containerLogs, logger } = this.options;
    try {
      await containerLogs?.keep(id, lease, log);
    } catch (error) {
      logger.warn(`A container's log is lost: ${(error as Error).name}`, {
        deployment: id,
      });
    }
  }

  /** Leaves a run that ended without a report. The deployment stays, for the next runner. */
  private async leave(row: Row, run: Run, error: unknown): Promise<void> {
    const { store, leases, logger } = this.options;
    const { id } = row;
    const { lease } = run;
    const { name, message } = error as Error;
    if (name === 'LeaseLost' || this.clock.now() > run.heldUntil) {
      logger.info('A run ended, because another process holds its lease', {
        deployment: id,
        lease,
      });
      return;
    }
    const failed = name === 'DatabaseFailure' || name === 'CoreError';
    logger.error(`A run ended without a report: ${failed ? message : name}`, {
      deployment: id,
      lease,
    });
    try {
      // An unavailable database is not a failure of the run.
      if (name !== 'DatabaseFailure') {
        const crashes = row.crashes + 1;
        await store.record(
          id,
          { crashed: crashes },
          { lease, set: { crashes } },
        );
      }
      const pause = CRASH_PAUSE * 2 ** Math.min(row.crashes, MAX_DOUBLINGS);
      await leases.release(id, lease, pause);
    } catch {
      // The lease expires by itself.
    }
  }
}
