/** A failure of the database. It names a code only: the driver's message holds statements and values. */
export class DatabaseFailure extends Error {
  constructor(readonly code: string) {
    super(`the database failed: ${code}`);
    this.name = 'DatabaseFailure';
  }

  /** Whether a row with this key exists already, as SQLite and PostgreSQL say it. */
  get isDuplicate(): boolean {
    return [
      '23505',
      'SQLITE_CONSTRAINT_PRIMARYKEY',
      'SQLITE_CONSTRAINT_UNIQUE',
    ].includes(this.code);
  }

  /** Whether another process holds the database, or came in between. */
  get isTransient(): boolean {
    return this.code.startsWith('SQLITE_BUSY') || this.code.startsWith('40');
  }
}

/** Errors that a transaction of ours throws. The message of every other one may hold values of a statement. */
const OURS = [
  'CoreError',
  'DatabaseFailure',
  'LeaseLost',
  'NothingLeft',
  'TooMany',
];

/**
 * Runs statements.
 *
 * @throws DatabaseFailure in place of the driver's error
 */
export async function query<T>(run: () => PromiseLike<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { name, code } = error as Error & { code?: string };
    if (OURS.includes(name)) throw error;
    throw new DatabaseFailure(code ?? name);
  }
}

/** Another runner holds the lease of a deployment, or the deployment has ended. */
export class LeaseLost extends Error {
  constructor() {
    super('the lease of the deployment is lost');
    this.name = 'LeaseLost';
  }
}

/** An entity or a user has as many deployments that have not ended as one may have. */
export class TooMany extends Error {
  constructor(
    readonly what: string,
    readonly most: number,
  ) {
    super(`${what} has ${most} deployments that have not ended`);
    this.name = 'TooMany';
  }
}

/** A run has nothing that it could remove again. */
export class NothingLeft extends Error {
  constructor() {
    super('nothing is left');
    this.name = 'NothingLeft';
  }
}
