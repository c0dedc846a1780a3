import type {
  AuditorService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import type { AllowedCall, Gate } from '@backstage-vertex-ai/core/server';
import type { Request } from 'express';
import { randomUUID } from 'node:crypto';
import type { AuditRecords, Outcome } from './audit';
import type { ReadOwnership } from './ownership';
import { Refusal } from './refusal';

/** For whom a call is made, through whom, and why in their own words. */
export interface Principal {
  ref: string;
  ownership: ReadOwnership;
  /** Groups of another time, with which Google is called in place of those that the user has now. */
  groups?: string[];
  actor?: string;
  given?: string;
  /** The record of rights under which something is given. */
  grant?: string;
}

/** Records calls in the portal's audit log and in the database. */
export class CallRecorder {
  constructor(
    private readonly options: {
      gate: Gate;
      audit: AuditRecords;
      auditor: AuditorService;
      logger: LoggerService;
    },
  ) {}

  /** Writes down what is about to happen; where this throws, it must not. */
  async intend(call: AllowedCall, who: Principal, request?: Request) {
    const { gate, audit, auditor, logger } = this.options;
    const auditId = randomUUID();
    const { ref, actor, given } = who;
    const reason = gate.reason({ subject: ref, actor, auditId, given });
    const { method, resource } = call;
    const meta = { auditId, method, resource, user: ref };
    let event: Awaited<ReturnType<AuditorService['createEvent']>> | undefined;
    try {
      event = await auditor.createEvent({
        eventId: 'vertex-ai-call',
        severityLevel: 'high',
        request,
        meta: { ...meta, reason },
      });
      await audit.begin({
        id: auditId,
        userRef: ref,
        ownership: await who.ownership(),
        actor,
        method,
        resource,
        reason,
        grant: who.grant,
      });
    } catch (error) {
      const cause = error as Error;
      logger.error('A Vertex AI call could not be recorded, so it is refused', {
        ...meta,
        error: cause.message,
      });
      await event?.fail({ meta, error: cause }).catch(() => {});
      throw Refusal.because(
        503,
        'portal/refused',
        'the call cannot be recorded, so it is not made',
        'tell whoever looks after the portal that its audit store does not work',
      );
    }
    const recorded = event;

    return {
      reason,
      /** Tells the database and the audit log, each whether or not the other hears it. */
      async settle(outcome: Outcome) {
        const { succeeded, operation, error: why } = outcome;
        const tell = async (whom: string, telling: () => Promise<void>) => {
          try {
            await telling();
          } catch (error) {
            logger.error(
              `The outcome of audit record ${auditId} did not reach ${whom}`,
              { error: (error as Error).message },
            );
          }
        };
        await tell('the database', () => audit.end(auditId, outcome));
        await tell('the audit log', () =>
          succeeded
            ? recorded.success({ meta: { ...meta, operation } })
            : recorded.fail({ meta, error: new Error(why) }),
        );
      },
    };
  }
}
