import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type {
  DoorCaller,
  RefusalAnswer,
} from '@backstage-vertex-ai/core/server';
import type { Request } from 'express';
import type { MandateRecords } from './mandates/records';

/** Header that names the mandate of a deployment. */
const MANDATE = 'x-vertex-ai-mandate';

/** Reports a denied call to the audit log. */
export type ReportDenial = (
  request: Request,
  caller: DoorCaller,
  refusal: RefusalAnswer,
) => Promise<void>;

/**
 * Reports denied uses of mandates, and other denied calls than reads, to the audit log. Nothing of them was sent, so the audit table has no
 * record of them. They stay denied where the audit log is unavailable.
 */
export function createDenials(options: {
  auditor: AuditorService;
  mandates: Pick<MandateRecords, 'read'>;
  logger: LoggerService;
}): ReportDenial {
  const { auditor, mandates, logger } = options;
  return async (request, caller, { status, body }) => {
    const mandate =
      caller.kind === 'service' ? request.header(MANDATE) : undefined;
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    // A use with a malformed body or lease is a denied use, too.
    const isDenied = status === 403 || (status === 400 && mandate);
    if (!isDenied || (isRead && !mandate)) return;
    try {
      const given = mandate ? await mandates.read(mandate) : undefined;
      const { code, message } = body.diagnostic;
      const event = await auditor.createEvent({
        eventId: 'vertex-ai-denied',
        severityLevel: 'high',
        request,
        meta: {
          verb: request.method,
          path: request.originalUrl.split('?')[0],
          code,
          ...describe(caller, given?.user),
          ...(mandate && { mandate }),
        },
      });
      await event.fail({ error: new Error(message) });
    } catch (error) {
      logger.warn('A denied call did not reach the audit log', {
        error: (error as Error).name,
      });
    }
  };
}

/** The user whom a call concerns, and the service that makes it for the user. */
function describe(caller: DoorCaller, delegator?: string) {
  if (caller.kind === 'user') return { user: caller.ref, actor: caller.actor };
  if (caller.kind === 'service') {
    return { user: delegator, actor: caller.subject };
  }
  return {};
}
