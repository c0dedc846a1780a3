import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { DoorHost, Gate } from '@backstage-vertex-ai/core/server';
import type { Request } from 'express';
import type { AuditRecords } from './audit';
import type { CatalogReader } from './catalog';
import type { GrantRecords } from './grants/records';
import type { MandateRecords } from './mandates/records';

/** The part of a door's host that keeps records and reads the catalog. */
export type Stores = Pick<
  DoorHost,
  | 'starter'
  | 'announce'
  | 'record'
  | 'findGrant'
  | 'findMandate'
  | 'keepFacts'
  | 'claims'
  | 'entities'
  | 'revoke'
  | 'settle'
  | 'doubts'
  | 'resolve'
  | 'conclude'
  | 'log'
>;

/** Returns the stores for one call; `request` is absent for calls that begin in this process. */
export type OpenStores = (request?: Request) => Stores;

/** The portal's audit log, audit table, grant records and log. */
export function createStores(options: {
  gate: Gate;
  audit: AuditRecords;
  records: GrantRecords;
  mandates: MandateRecords;
  catalog: CatalogReader;
  auditor: AuditorService;
  logger: LoggerService;
}): OpenStores {
  const { gate, audit, records, mandates, catalog, auditor, logger } = options;
  return request => {
    let event: Awaited<ReturnType<AuditorService['createEvent']>>;
    return {
      starter: ({ operation }) => audit.starter(operation),
      announce: async ({ eventId, severityLevel, meta }) => {
        event = await auditor.createEvent({
          eventId,
          severityLevel,
          request,
          meta: { ...meta },
        });
      },
      record: intention => audit.begin(intention),
      findGrant: async ({ id, givenBy }) => {
        const asked = await records.askedFor(givenBy, id);
        return asked && gate.grantResources(asked);
      },
      findMandate: ({ id, lease }) => mandates.find(id, lease),
      keepFacts: kept => mandates.keepFacts(kept),
      claims: () => catalog.claims(),
      entities: ({ refs }) => catalog.members(refs),
      revoke: async ({ id, because }) => {
        await mandates.revoke(id, because);
        logger.info('A mandate is revoked', { mandate: id, because });
      },
      settle: settlement => audit.settle(settlement),
      doubts: about => audit.doubts(about),
      resolve: resolution => audit.resolve(resolution),
      conclude: ({ succeeded, meta, error }) =>
        succeeded
          ? event.success({ meta: { ...meta } })
          : event.fail({ meta: { ...meta }, error: new Error(error) }),
      log: async ({ level, message, meta }) => logger[level](message, meta),
    };
  };
}
