import type { Diagnostic } from '@backstage-vertex-ai/core';

/** The reason why the portal gave no result. Without findings and status, it did not respond. */
export interface Failure {
  /** The portal's own findings. */
  diagnostics: Diagnostic[];
  /** The HTTP status of a response. */
  status?: number;
}

/** A request to the portal that gave no result. */
export class RequestFailed extends Error {
  constructor(readonly failure: Failure) {
    super(`HTTP ${failure.status ?? 'without a response'}`);
    this.name = 'RequestFailed';
  }
}

/** Reads the findings of an unsuccessful response. */
export async function readFailure(response: Response): Promise<Failure> {
  const body = await response.json().catch(() => undefined);
  const { diagnostics, diagnostic } = Object(body);
  return {
    diagnostics: diagnostics ?? (diagnostic ? [diagnostic] : []),
    status: response.status,
  };
}

/** Returns why something that called the portal threw. */
export const failureOf = (error: unknown): Failure =>
  error instanceof RequestFailed ? error.failure : { diagnostics: [] };
