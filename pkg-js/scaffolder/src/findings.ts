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

const whoCanFix = {
  developer: 'the developer of the model',
  platform: 'the administrators of the project and the portal',
  organization: 'the administrators of the organization',
  google: 'Google, or time',
} as const;

/** Cause, who can remove it, and the causes that are less likely. */
function describeDiagnosis({ diagnosis }: Diagnostic): string[] {
  if (!diagnosis) {
    return [];
  }
  return [
    `  cause: ${diagnosis.cause} (${diagnosis.entry})`,
    `  who can fix it: ${whoCanFix[diagnosis.who]}`,
    ...(diagnosis.others ?? []).map(
      other => `  also possible: ${other.cause}; ${other.help}`,
    ),
  ];
}

/** One finding: severity, code, place, message, missing permission, cause and help. */
export function describeFinding(finding: Diagnostic): string {
  const place = describePlace(finding);
  const principal = finding.diagnosis?.principal;
  const needs = [
    finding.permission && `permission ${finding.permission}`,
    finding.resource && `on ${finding.resource}`,
    principal && `for ${principal}`,
  ].filter(Boolean);
  return [
    `${finding.severity} ${finding.code}${place && ` at ${place}`}: ${
      finding.message
    }`,
    needs.length > 0 && `  missing: ${needs.join(' ')}`,
    ...describeDiagnosis(finding),
    finding.help && `  help: ${finding.help}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** The findings as items of a list in Markdown, for the message of a task's error: a paragraph for each of their lines. */
export const describeFindings = (findings: Diagnostic[]): string[] =>
  findings.map(finding =>
    describeFinding(finding).replaceAll(/\n */g, '\n\n  '),
  );

/** Logs each finding at the level of its severity. */
export function logFindings(logger: LoggerService, findings: Diagnostic[]) {
  for (const finding of findings) {
    logger[logLevel[finding.severity]](describeFinding(finding));
  }
}
