import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type Code,
  type Diagnostic,
  Gate,
  type RefusalAnswer,
} from '@backstage-vertex-ai/core/server';
import type { Request, Response } from 'express';
import type { ServerResponse } from 'node:http';

/** A refused call: the HTTP status, and the reason. */
export class Refusal extends Error {
  readonly diagnostics: Diagnostic[];

  constructor(
    readonly status: number,
    diagnostic: Diagnostic,
  ) {
    super(diagnostic.message);
    this.name = 'Refusal';
    this.diagnostics = [diagnostic];
  }

  static because(
    status: number,
    code: Code,
    message: string,
    help?: string,
  ): Refusal {
    return new Refusal(status, { code, severity: 'error', message, help });
  }
}

/** Answers with a refusal; a caller who left gets none. */
export function answerWith(
  response: ServerResponse,
  { status, body }: RefusalAnswer,
) {
  if (response.destroyed) return;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Returns a handler that answers an error with its refusal. */
export const answering =
  (
    handle: (request: Request, response: Response) => Promise<void>,
    logger: LoggerService,
  ) =>
  async (request: Request, response: Response) => {
    try {
      await handle(request, response);
    } catch (error) {
      answerError(response, error, logger);
    }
  };

/** Answers an error with its refusal, and logs the failures of the portal itself. */
export function answerError(
  response: ServerResponse,
  error: unknown,
  logger: LoggerService,
) {
  const refusal = Gate.refusal(error);
  const { status, body } = refusal;
  if (status >= 500 && !response.destroyed) {
    const message = (error as Error | undefined)?.message ?? error;
    logger.warn(`A Vertex AI call failed: ${message}`, {
      code: body.diagnostic.code,
    });
  }
  answerWith(response, refusal);
}
