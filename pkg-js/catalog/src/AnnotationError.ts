import type { Diagnostic } from '@backstage-vertex-ai/core';
import { InputError } from '@backstage/errors';

/** A finding as the catalog's error: its words for people, and itself for programs. */
export class AnnotationError extends InputError {
  constructor(readonly diagnostic: Diagnostic) {
    const { code, message, help } = diagnostic;
    super(`${code}: ${message}${help ? ` — ${help}` : ''}`);
  }
}
