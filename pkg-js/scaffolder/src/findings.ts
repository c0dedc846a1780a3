import type { Diagnostic } from '@backstage-vertex-ai/core';
import type { LoggerService } from '@backstage/backend-plugin-api';

const logLevel = { error: 'error', warning: 'warn', info: 'info' } as const;

/** The place of a finding, e.g. `catalog-info.yaml:13:40 (metadata.annotations["…"])`. */
function describePlace({ where }: Diagnostic): string {
  const point = [where?.file, where?.start?.line, where?.start?.column]
    .filter(part => part !== undefined)
    .join(':');
  const path = point && where?.path ? `(${where.path})` : where?.path;
  return [point, path].filter(Boolean).join(' ');
}

/** One finding: severity, code, place, message, missing permission and help. */
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
    needs.length > 0 && `  missing: ${needs.join(' ')}`,
    finding.help && `  help: ${finding.help}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The findings as items of a list, for the message of a task's error. */
export const describeFindings = (findings: Diagnostic[]): string[] =>
  findings.map(describeFinding);

/** Logs each finding at the level of its severity. */
export function logFindings(logger: LoggerService, findings: Diagnostic[]) {
  for (const finding of findings) {
    logger[logLevel[finding.severity]](describeFinding(finding));
  }
}
