import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import { Gate, type AllowedCall } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { AuditRecords } from './audit';
import { readCaller } from './callers';
import type { CallRecorder, Principal } from './callRecorder';
import { readAnswer, readWhole, send, stream } from './forward';
import { type GrantRecords, resourcesOf } from './grants/records';
import { ownershipOf, type WaitingUsers } from './ownership';
import { answerRefusal, Refusal, toRefusal } from './refusal';

/** Where the module is mounted below the backend's address. */
const MOUNT = '/api/proxy/vertex-ai/';

/** Headers with which a caller could mean another verb than the request has. */
const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
];

/** So long may a service follow an operation as whoever started it, with their groups of then, in milliseconds. */
const LONGEST_FOLLOWED = 24 * 60 * 60_000;

/** Names the record of rights under which a call gives something: one that is open, the caller's, and about the same resource. */
const GRANT_HEADER = 'x-vertex-ai-grant';

export interface HandlerOptions {
  gate: Gate;
  waiting: WaitingUsers;
  audit: AuditRecords;
  records: GrantRecords;
  recorder: CallRecorder;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  permit(name: string, credentials: BackstageCredentials): Promise<void>;
}

/** One proxied call, end to end. */
export function createHandler(options: HandlerOptions) {
  const {
    gate,
    waiting,
    audit,
    records,
    recorder,
    httpAuth,
    logger,
    userInfo,
    permit,
  } = options;
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
      if (!body) {
        throw Refusal.because(
          413,
          'proxy/body-malformed',
          'the body is larger than 1 MiB',
          'send less',
        );
      }
      const finding = gate.checkBody(call.method, body);
      if (finding) {
        throw new Refusal(400, finding);
      }
    }

    const who: Principal = {
      ...(await subjectOf(call, credentials)),
      actor,
      given: request.header('x-goog-request-reason'),
      grant: request.header(GRANT_HEADER),
    };
    if (call.audited) {
      await audited(request, response, call, body, who);
      return;
    }
    const answer = await forward(request, response, call, body, who);
    begin(response, answer);
    stream(answer, response);
  }

  /**
   * What is given under a record that has ended, or is about something else, nobody would take back. Asked once it is recorded that
   * the call is under way.
   */
  async function refuseOther(
    grant: string,
    ref: string,
    { resource }: AllowedCall,
  ): Promise<void> {
    const asked = await records.askedFor(ref, grant);
    if (asked && resourcesOf(asked, gate).includes(resource)) return;
    throw Refusal.because(
      403,
      'portal/refused',
      `the call names the record of rights "${grant}", which is not open, not of ${ref}, or not about ${resource}`,
      'give the rights anew, with a later end',
    );
  }

  /** With whose identity Google is called. */
  async function subjectOf(
    { subject }: AllowedCall,
    credentials: BackstageCredentials,
  ): Promise<Pick<Principal, 'ref' | 'ownership' | 'groups'>> {
    if (subject.kind === 'user') {
      return {
        ref: subject.ref,
        ownership: ownershipOf(userInfo, credentials),
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
    const { ref, ownership: groups, at } = starter;
    if (Date.parse(at) + LONGEST_FOLLOWED < Date.now()) {
      throw Refusal.because(
        403,
        'proxy/caller-not-allowed',
        'the operation was started more than 24 hours ago, so no service reads it in the name of that user any more',
        'read it with the credentials of a user',
      );
    }
    return { ref, ownership: async () => groups, groups };
  }

  /** A call that changes something: recorded before it is made, and again when it is known what came of it. */
  async function audited(
    request: Request,
    response: Response,
    call: AllowedCall,
    body: Buffer | Request | undefined,
    who: Principal,
  ): Promise<void> {
    const { reason, settle } = await recorder.intend(call, who, request);
    let unsent = true;
    const onSend = () => {
      unsent = false;
    };
    const record = { reason, onSend };
    try {
      // Also an empty name is one, of no record.
      if (who.grant !== undefined && Gate.mayHaveChangedPolicy(call.method)) {
        await refuseOther(who.grant, who.ref, call);
      }
      const answer = await forward(request, response, call, body, who, record);
      const status = answer.statusCode!;
      const whole = await readAnswer(answer);
      await settle({ ...gate.outcome(call, status, whole), status });
      begin(response, answer);
      response.end(whole);
    } catch (error) {
      const { message } = toRefusal(error);
      await settle({ succeeded: false, unsent, error: message });
      throw error;
    }
  }

  /** Calls Google with the user's token. A recorded call that has been sent runs to its end, so that its outcome is known. */
  async function forward(
    request: Request,
    response: Response,
    call: AllowedCall,
    body: Buffer | Request | undefined,
    who: Principal,
    record?: { reason: string; onSend(): void },
  ) {
    const { ref, groups, actor, given } = who;
    const token = groups
      ? await gate.token(ref, groups)
      : await waiting.during(ref, who.ownership, () => gate.token(ref));
    if (response.destroyed) {
      throw Refusal.because(
        499,
        'portal/refused',
        'the caller left, so nothing was sent',
      );
    }
    const headers: Record<string, string | number> = {
      authorization: `Bearer ${token}`,
      'x-goog-request-reason':
        record?.reason ?? gate.reason({ subject: ref, actor, given }),
    };
    for (const name of passing.request) {
      const value = request.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const { verb, url, mediaType } = call;
    if (mediaType) {
      headers.accept = mediaType;
      headers['content-type'] = mediaType;
    }
    if (Buffer.isBuffer(body)) {
      headers['content-length'] = body.length;
    } else if (body && request.headers['content-length']) {
      headers['content-length'] = request.headers['content-length'];
    }
    const caller = record ? undefined : response;
    record?.onSend();
    const answer = await send({ verb, url, headers }, body, caller);
    gate.observe(ref, answer.statusCode!, groups);
    return answer;
  }

  function begin(response: Response, answer: IncomingMessage) {
    // `no-transform` keeps the backend's compression from holding chunks back.
    const headers: OutgoingHttpHeaders = {
      'cache-control': 'no-cache, no-transform',
    };
    for (const name of passing.response) {
      const value = answer.headers[name];
      if (value) headers[name] = value;
    }
    // The body passes as it is, so its length stays true.
    const length = answer.headers['content-length'];
    if (length) headers['content-length'] = length;
    response.writeHead(answer.statusCode!, headers);
  }

  return async (request: Request, response: Response) => {
    try {
      await handle(request, response);
    } catch (error) {
      // Whoever left is told nothing, and leaving is no failure.
      if (response.destroyed) return;
      const refusal = toRefusal(error);
      if (refusal.status >= 500) {
        logger.warn(`A Vertex AI call failed: ${(error as Error).message}`, {
          code: refusal.diagnostic.code,
        });
      }
      answerRefusal(response, refusal);
    }
  };
}
