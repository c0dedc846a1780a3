import type { LoggerService } from '@backstage/backend-plugin-api';
import {
  type Code,
  type CoreError,
  type Diagnostic,
  Gate,
} from '@backstage-vertex-ai/core/server';
import type { ErrorRequestHandler } from 'express';

/** A refused request: the HTTP status, and the findings. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly diagnostics: [Diagnostic, ...Diagnostic[]],
  ) {
    super(diagnostics[0].message);
    this.name = 'Refusal';
  }

  static because(status: number, code: Code, message: string, help?: string) {
    return new Refusal(status, [{ code, severity: 'error', message, help }]);
  }

  static malformed(message: string, help?: string) {
    return Refusal.because(400, 'request/malformed', message, help);
  }

  static notFound() {
    return Refusal.because(
      404,
      'portal/refused',
      'the deployment does not exist, or you may not see it',
    );
  }
}

/** Reads the errors of `express.json`. */
function known(error: unknown): unknown {
  const { type } = Object(error);
  if (type === 'entity.parse.failed') {
    return Refusal.malformed('the body is not JSON');
  }
  if (type === 'entity.too.large') {
    return Refusal.because(413, 'request/malformed', 'the body is too large');
  }
  return error;
}

/** Answers errors with their findings. An error of unknown kind shows its caller nothing of its message. */
export const answerErrors =
  (logger: LoggerService): ErrorRequestHandler =>
  (thrown, _request, response, next) => {
    const error = known(thrown);
    if (response.headersSent) {
      next(error);
      return;
    }
    const { status, body } = Gate.refusal(error);
    if (status >= 500) {
      const { name, message } = error as Error;
      const cause = name === 'DatabaseFailure' ? message : name;
      logger.warn(`A request about deployments failed: ${cause}`);
    }
    const { diagnostics } = error as Partial<CoreError>;
    response
      .status(status)
      .json({ ...body, diagnostics: diagnostics ?? [body.diagnostic] });
  };
