import type { LoggerService } from '@backstage/backend-plugin-api';
import type { Diagnostic } from '@backstage-vertex-ai/core/server';

/** One finding as a line of text: `catalog-info.yaml:7:8: error[annotation/malformed]: … (help: …)`. */
export function renderFinding(finding: Diagnostic): string {
  const { where, severity, code, message, help, permission, resource } =
    finding;
  const place = [where?.file, where?.start?.line, where?.start?.column]
    .filter(part => part !== undefined)
    .join(':');
  const at = place || where?.path;
  return [
    at ? `${at}: ` : '',
    `${severity}[${code}]: ${message}`,
    help ? ` (help: ${help})` : '',
    permission ? ` [permission ${permission} on ${resource}]` : '',
  ].join('');
}

/** All findings, a line each. */
export function renderFindings(findings: Diagnostic[]): string {
  return findings.map(renderFinding).join('\n');
}

/** Writes findings to the task log at their own level. */
export function logFindings(
  logger: LoggerService,
  findings: Diagnostic[],
): void {
  const level = { error: 'error', warning: 'warn', info: 'info' } as const;
  for (const finding of findings) {
    logger[level[finding.severity]](renderFinding(finding));
  }
}
