import type {
  AuditorService,
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { Gate, type AllowedCall } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { AuditRecords } from './audit';
import { readCaller, readOwnership } from './callers';
import { readWhole, send, stream } from './forward';
import { answerRefusal, Refusal, toRefusal } from './refusal';

/** Where the module is mounted below the backend's address. */
const MOUNT = '/api/proxy/vertex-ai/';

/** Headers with which a caller could mean another verb than the request has. */
const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
];

export interface HandlerOptions {
  gate: Gate;
  /** Whose credentials the gate's question for groups is about; see `module.ts`. */
  asking: {
    run<T>(
      ownership: () => Promise<string[]>,
      call: () => Promise<T>,
    ): Promise<T>;
  };
  audit: AuditRecords;
  auditor: AuditorService;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  permit(name: string, credentials: BackstageCredentials): Promise<void>;
}

/** One proxied call, end to end. */
export function createHandler(options: HandlerOptions) {
  const { gate, asking, audit, auditor, httpAuth, logger, userInfo, permit } =
    options;
  const passing = Gate.headers();

  async function handle(request: Request, response: Response): Promise<void> {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const { caller, actor } = readCaller(credentials);

    // Express matches routes without regard to case; Google's paths begin right behind ours.
    if (!request.originalUrl.startsWith(MOUNT)) {
      throw Refusal.because(
        400,
        'proxy/path-malformed',
        `paths begin with ${MOUNT}, written like this`,
      );
    }
    const override = OVERRIDES.find(name => request.headers[name]);
    if (override) {
      throw Refusal.because(
        400,
        'proxy/method-unknown',
        `the header ${override} is not taken`,
        'send the request with the verb that is meant',
      );
    }
    const verdict = gate.decide(
      request.method,
      request.originalUrl.slice(MOUNT.length),
      caller,
    );
    if (!verdict.allowed) {
      throw new Refusal(verdict.status, verdict.diagnostic);
    }
    const { call } = verdict;
    await permit(call.permission, credentials);

    let body: Buffer | Request | undefined;
    if (call.body === 'stream') {
      body = request;
    } else if (call.body === 'json') {
      body = await readWhole(request);
      const finding = gate.checkBody(call.method, body);
      if (finding) {
        throw new Refusal(400, finding);
      }
    }

    const subject = await subjectOf(call, credentials);
    const given = request.header('x-goog-request-reason');
    if (!call.audited) {
      const answer = await asking.run(subject.ownership, () =>
        forward(request, response, call, body, {
          ref: subject.ref,
          actor,
          given,
        }),
      );
      begin(response, answer);
      stream(answer, response);
      return;
    }
    await audited(request, response, call, body, { ...subject, actor, given });
  }

  /** With whose identity Google is called. */
  async function subjectOf(
    { subject }: AllowedCall,
    credentials: BackstageCredentials,
  ): Promise<{ ref: string; ownership: () => Promise<string[]> }> {
    if (subject.kind === 'user') {
      return {
        ref: subject.ref,
        ownership: () => readOwnership(userInfo, credentials),
      };
    }
    const starter = await audit.starter(subject.operation);
    if (!starter) {
      throw Refusal.because(
        403,
        'proxy/caller-not-allowed',
        'no audit record says that a user of this portal started the operation',
        'read it with the credentials of a user',
      );
    }
    return { ref: starter.ref, ownership: async () => starter.ownership };
  }

  /** A call that changes something: recorded before it is made, and again when it is known what came of it. */
  async function audited(
    request: Request,
    response: Response,
    call: AllowedCall,
    body: Buffer | Request | undefined,
    who: {
      ref: string;
      ownership: () => Promise<string[]>;
      actor?: string;
      given?: string;
    },
  ): Promise<void> {
    const ownership = await who.ownership();
    const meta = {
      method: call.method,
      resource: call.resource,
      user: who.ref,
    };
    let event: Awaited<ReturnType<AuditorService['createEvent']>>;
    let auditId: string;
    try {
      auditId = await audit.begin({
        userRef: who.ref,
        ownership,
        actor: who.actor,
        method: call.method,
        resource: call.resource,
        reason: who.given,
      });
      event = await auditor.createEvent({
        eventId: 'vertex-ai-call',
        severityLevel: 'high',
        request,
        meta: { ...meta, auditId },
      });
    } catch (error) {
      logger.error('A Vertex AI call could not be recorded, so it is refused', {
        ...meta,
        error: String((error as Error).message),
      });
      throw Refusal.because(
        503,
        'portal/refused',
        'the call cannot be recorded, so it is not made',
        'tell whoever looks after the portal that its audit store does not work',
      );
    }

    const settle = async (outcome: Parameters<AuditRecords['end']>[1]) => {
      try {
        await audit.end(auditId, outcome);
        await (outcome.succeeded
          ? event.success({ meta: { auditId, operation: outcome.operation } })
          : event.fail({ meta: { auditId }, error: new Error(outcome.error) }));
      } catch (error) {
        logger.error(`The outcome of audit record ${auditId} is lost`, {
          error: String((error as Error).message),
        });
      }
    };

    try {
      const answer = await asking.run(
        async () => ownership,
        () => forward(request, response, call, body, { ...who, auditId }),
      );
      const whole = await readWhole(answer);
      const { succeeded, operation, error } = gate.outcome(
        call,
        answer.statusCode!,
        whole,
      );
      await settle({ succeeded, operation, error, status: answer.statusCode });
      begin(response, answer);
      response.end(whole);
    } catch (error) {
      const refusal = toRefusal(error);
      await settle({ succeeded: false, error: refusal.message });
      throw error;
    }
  }

  async function forward(
    request: Request,
    response: Response,
    call: AllowedCall,
    body: Buffer | Request | undefined,
    who: { ref: string; actor?: string; given?: string; auditId?: string },
  ) {
    const headers: Record<string, string | number> = {
      authorization: `Bearer ${await gate.token(who.ref)}`,
      'x-goog-request-reason': gate.reason({
        subject: who.ref,
        actor: who.actor,
        auditId: who.auditId,
        given: who.given,
      }),
    };
    for (const name of passing.request) {
      const value = request.header(name);
      if (value) headers[name] = value;
    }
    if (Buffer.isBuffer(body)) {
      headers['content-length'] = body.length;
    } else if (body && request.headers['content-length']) {
      headers['content-length'] = request.headers['content-length'];
    }
    const { verb, url } = call;
    const answer = await send({ verb, url, headers }, body, response);
    gate.observe(who.ref, answer.statusCode!);
    return answer;
  }

  function begin(
    response: Response,
    answer: { statusCode?: number; headers: Record<string, any> },
  ) {
    // `no-transform` keeps the backend's compression from holding chunks back.
    const headers: Record<string, string> = {
      'cache-control': 'no-cache, no-transform',
    };
    for (const name of passing.response) {
      const value = answer.headers[name];
      if (value) headers[name] = value;
    }
    response.writeHead(answer.statusCode!, headers);
  }

  return async (request: Request, response: Response) => {
    try {
      await handle(request, response);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.status >= 500) {
        logger.warn(`A Vertex AI call failed: ${refusal.message}`, {
          code: refusal.diagnostic.code,
        });
      }
      answerRefusal(response, refusal);
    }
  };
}
