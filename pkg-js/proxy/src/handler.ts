import type {
  HttpAuthService,
  LoggerService,
  UserInfoService,
} from '@backstage/backend-plugin-api';
import type { Gate } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import { readCaller } from './callers';
import type { ReportDenial } from './denials';
import { passDoor } from './door';
import type { OpenStores } from './doorStores';
import { Exchange, readWhole, stream } from './forward';
import { ownershipOf } from './ownership';
import type { DecidePermission } from './permissions';
import { answering, answerWith } from './refusal';
import { SharedReads } from './sharedReads';

/** Drives the door for calls over HTTP. */
export function createHandler(options: {
  gate: Gate;
  stores: OpenStores;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  userInfo: UserInfoService;
  decide: DecidePermission;
  reportDenial: ReportDenial;
}) {
  const { gate, stores, httpAuth, logger, userInfo, decide, reportDenial } =
    options;

  const reads = new SharedReads();

  async function handle(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user', 'service'],
    });
    const exchange = new Exchange(
      {
        readBody: ({ limit }) => readWhole(request, limit),
        stream: upstream => {
          request.once('error', () => upstream.destroy());
          request.pipe(upstream);
        },
      },
      stop =>
        response.once('close', () => {
          if (!response.writableFinished) stop();
        }),
      reads,
    );
    const { send, readBody, readAnswer } = exchange;
    const replies = {
      read: () => response.end(exchange.whole),
      stream: () => stream(exchange.answer!, response),
    };
    const caller = readCaller(credentials, request.headers.authorization);
    const kept = stores(request);
    let isReported = false;
    const refusal = await passDoor(
      gate.pass(
        {
          ...caller,
          verb: request.method,
          target: request.originalUrl,
        },
        name => request.header(name),
      ),
      {
        ...kept,
        announce: async announcement => {
          isReported = true;
          await kept.announce(announcement);
        },
        permit: ({ permission }) => decide(permission, credentials),
        groups: ownershipOf(userInfo, credentials),
        readBody,
        send,
        readAnswer,
        reply: async ({ status, headers, body }) => {
          response.writeHead(status, headers);
          replies[body]();
        },
      },
      () => response.destroyed,
    );
    if (!refusal) return;
    if (!isReported) await reportDenial(request, caller, refusal);
    answerWith(response, refusal);
  }

  return answering(handle, logger);
}
