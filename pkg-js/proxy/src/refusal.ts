import type { CoreError, Diagnostic } from '@backstage-vertex-ai/core/server';
import type { ServerResponse } from 'node:http';

/** A refused call: the HTTP status, and why. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly diagnostic: Diagnostic,
  ) {
    super(diagnostic.message);
    this.name = 'Refusal';
  }

  /** A refusal of this module's own. */
  static because(
    status: number,
    code: string,
    message: string,
    help?: string,
  ): Refusal {
    return new Refusal(status, { code, severity: 'error', message, help });
  }
}

const NAMES: Record<number, string> = {
  400: 'InputError',
  401: 'AuthenticationError',
  403: 'NotAllowedError',
  404: 'NotFoundError',
  413: 'PayloadTooLargeError',
  502: 'BadGatewayError',
  503: 'ServiceUnavailableError',
};

/** What an error means to a caller; what is not known is not told. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) {
    return error;
  }
  const { status, diagnostics, message } = error as Partial<CoreError>;
  const { name } = error as Error;
  if (name === 'CoreError' && diagnostics?.[0]) {
    return new Refusal(status ?? 500, diagnostics[0]);
  }
  if (name === 'AuthenticationError') {
    return Refusal.because(
      401,
      'portal/refused',
      message ?? 'the caller is not signed in',
      'sign in to the portal',
    );
  }
  if (name === 'NotAllowedError') {
    return Refusal.because(403, 'portal/refused', message ?? 'not allowed');
  }
  return Refusal.because(
    503,
    'portal/refused',
    'the portal could not handle the call; its log says more',
  );
}

/** A refusal in the shape of Backstage's errors, plus the diagnostic. */
export const refusalBody = ({ status, message, diagnostic }: Refusal) => ({
  error: { name: NAMES[status] ?? 'Error', message },
  diagnostic,
});

/** Answers with a refusal. */
export function answerRefusal(response: ServerResponse, refusal: Refusal) {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(refusal.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(refusalBody(refusal)));
}
