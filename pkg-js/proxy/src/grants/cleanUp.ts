import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Host } from '@backstage-vertex-ai/core';
import { iamApply, type Gate } from '@backstage-vertex-ai/core/server';
import type { AuditRecords } from '../audit';
import { INNER_URL } from '../innerFetch';
import type { GrantRecords } from './records';
import { type GrantHost, runGrantTask } from './task';

export interface CleanUpOptions {
  gate: Gate;
  records: GrantRecords;
  audit: AuditRecords;
  fetch: Host['fetch'];
  logger: LoggerService;
}

/** The stores that every grant task uses. */
export function createGrantHost(
  options: Pick<CleanUpOptions, 'records' | 'audit' | 'logger'>,
): GrantHost {
  const { records, audit, logger } = options;
  return {
    open: () => records.open(),
    findOwn: ({ givenBy, id }) => records.begunBy(givenBy, id),
    close: ({ id }) => records.close(id),
    reopen: ({ id }) => records.reopen(id),
    changes: async under => {
      const { changed, underWay } = await audit.policiesChanged(under);
      return { changed: [...changed], underWay };
    },
    withdraw: ({ id }) => records.withdraw(id),
    trying: ({ id, nextTryAt }) => records.trying(id, nextTryAt),
    failed: ({ id, error }) => records.failed(id, error),
    narrow: ({ id, undated }) => records.narrow(id, undated),
    done: ({ id }) => records.done(id),
    log: async ({ level, message, grant }) => logger[level](message, { grant }),
  };
}

/** Revokes the grants of expired records. */
export async function cleanUp(
  options: CleanUpOptions,
  signal: AbortSignal,
): Promise<void> {
  const { gate, fetch } = options;
  await runGrantTask(
    gate.cleanUpGrants(),
    {
      ...createGrantHost(options),
      apply: ({ request }) =>
        iamApply({ ...request, proxyUrl: INNER_URL }, { fetch, signal }),
    },
    signal,
  );
}
