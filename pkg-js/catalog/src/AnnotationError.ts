import type { Diagnostic } from '@backstage-vertex-ai/core';
import { InputError } from '@backstage/errors';

/** A finding as an error of the catalog, with the finding itself for programs. */
export class AnnotationError extends InputError {
  constructor(readonly diagnostic: Diagnostic) {
    const { code, message, help } = diagnostic;
    const text = `${code}: ${message}${help ? ` — ${help}` : ''}`;
    // The entity page shows plain text, so code spans become quotes.
    super(text.replaceAll(/`([^`]+)`/g, '"$1"'));
  }
}
