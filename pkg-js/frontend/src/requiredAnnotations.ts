// Generated from the core by `UPDATE_DOCS=1 cargo test --test reference`. Do not edit.

/** The annotations that every deployment needs. */
export const REQUIRED_ANNOTATIONS = [
  'google.com/vertex-ai-endpoint',
  'google.com/vertex-ai-model',
];

/** Matches the key of such an annotation, plain or of an environment. */
export const REQUIRED_ANNOTATION =
  /^google\.com\/vertex-ai-(?:endpoint|model)(?:\.|$)/;
