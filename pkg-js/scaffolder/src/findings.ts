import type { Diagnostic } from '@backstage-vertex-ai/core';
import type { LoggerService } from '@backstage/backend-plugin-api';

const logLevel = { error: 'error', warning: 'warn', info: 'info' } as const;

/** `catalog-info.yaml:13:40 (metadata.annotations["…"])`, as far as each part is known. */
function describePlace({ where }: Diagnostic): string {
  const point = [where?.file, where?.start?.line, where?.start?.column]
    .filter(part => part !== undefined)
    .join(':');
  const path = point && where?.path ? `(${where.path})` : where?.path;
  return [point, path].filter(Boolean).join(' ');
}

/** One finding for people: code, where, message, the right that is missing, what to do. */
export function describeFinding(finding: Diagnostic): string {
  const place = describePlace(finding);
  const needs = [
    finding.permission && `permission ${finding.permission}`,
    finding.resource && `on ${finding.resource}`,
  ].filter(Boolean);
  return [
    `${finding.severity} ${finding.code}${place && ` at ${place}`}: ${
      finding.message
    }`,
    needs.length > 0 && `  about: ${needs.join(' ')}`,
    finding.help && `  help: ${finding.help}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** All findings, one after the other. */
export const describeFindings = (findings: Diagnostic[]): string =>
  findings.map(describeFinding).join('\n');

/** Writes each finding to the task's log, at the level of its severity. */
export function logFindings(logger: LoggerService, findings: Diagnostic[]) {
  for (const finding of findings) {
    logger[logLevel[finding.severity]](describeFinding(finding));
  }
}
