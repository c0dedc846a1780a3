import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';

/** Schedulers of replicas with one database. Each is busy until all of them are, or until a replica waits for its lock. */
export class Schedulers {
  private busy = 0;
  private calls = 0;
  /** The largest number of schedulers that were busy at the same time. */
  most = 0;

  constructor(
    private readonly admin: Knex,
    private readonly replicas: number,
  ) {}

  create() {
    const scheduleTask = async () => {
      this.busy += 1;
      this.calls += 1;
      this.most = Math.max(this.most, this.busy);
      while (this.calls < this.replicas && !(await this.isAwaited()));
      this.busy -= 1;
    };
    return mockServices.scheduler.mock({ scheduleTask }).factory;
  }

  private async isAwaited(): Promise<boolean> {
    const { rows } = await this.admin.raw(`
      select 1 from pg_locks join pg_database on pg_database.oid = database
      where datname = current_database() and locktype = 'advisory' and not granted`);
    return rows.length > 0;
  }
}
