import type {
  BackstageCredentials,
  HttpAuthService,
  LoggerService,
} from '@backstage/backend-plugin-api';
import { iamPlan, type IamPlanRequest } from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import { readCaller } from '../callers';
import { readWhole } from '../forward';
import { answerRefusal, Refusal, toRefusal } from '../refusal';
import { nameOf, type GrantRecords } from './records';

async function readRequest(request: Request): Promise<IamPlanRequest> {
  const body = await readWhole(request);
  try {
    return JSON.parse(body!.toString());
  } catch {
    throw Refusal.because(
      400,
      'proxy/body-malformed',
      'the body is not JSON, or larger than 1 MiB',
    );
  }
}

/**
 * `POST …/vertex-ai/grants`: records rights that the caller is about to give, so that they are taken back when they end. The body
 * is a request as `iamPlan` takes it; the answer has the record's `id`.
 */
export function createGrantHandler(options: {
  records: GrantRecords;
  httpAuth: HttpAuthService;
  logger: LoggerService;
  permit(name: string, credentials: BackstageCredentials): Promise<void>;
}) {
  const { records, httpAuth, logger, permit } = options;

  async function handle(request: Request, response: Response) {
    const credentials = await httpAuth.credentials(request, {
      allow: ['user'],
    });
    const { caller } = readCaller(credentials);
    await permit('vertex-ai.administer', credentials);
    const asked = await readRequest(request);
    // Read by the core: what is recorded is a request that can be carried out.
    const { request: rights, diagnostics } = iamPlan(asked);
    if (!rights) throw new Refusal(400, diagnostics[0]);
    if (!rights.expiresAt) {
      throw Refusal.because(
        400,
        'iam/expiry-missing',
        'the rights have no end',
        'say until when they are wanted',
      );
    }
    const { expiresAt: _, ...taken } = asked;
    const id = await records.begin({
      givenBy: caller.kind === 'user' ? caller.ref : caller.subject,
      request: taken,
      undated: rights.grants
        .filter(({ ends }) => ends === 'taken-back')
        .map(nameOf),
      endsAt: new Date(rights.expiresAt).toISOString(),
    });
    response.status(201).json({ id });
  }

  return async (request: Request, response: Response) => {
    try {
      await handle(request, response);
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal.status >= 500) {
        logger.error(
          `Rights are not given, because they cannot be recorded: ${
            (error as Error).message
          }`,
        );
      }
      answerRefusal(response, refusal);
    }
  };
}
