import type { Diagnostic } from '@backstage-vertex-ai/core';
import type { LoggerService } from '@backstage/backend-plugin-api';
import { toCode, toItem, toLink, toMarkdown } from './markdown';

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
    ...(finding.links ?? []).map(({ title, url }) => `  ${title}: ${url}`),
    finding.evidence?.text && `  Google answered: ${finding.evidence.text}`,
  ]
    .filter(Boolean)
    .join('\n');
}

/** Each finding once. */
function withoutRepetitions(findings: Diagnostic[]): Diagnostic[] {
  const key = (finding: Diagnostic) => {
    const { code, message, where, help, permission, resource } = finding;
    return JSON.stringify([
      code,
      message,
      where?.path,
      help,
      permission,
      resource,
      finding.diagnosis?.entry,
    ]);
  };
  return [...new Map(findings.map(it => [key(it), it] as const)).values()];
}

const linked = (name: string, url?: string) =>
  url ? toLink(name, url) : toCode(name);

/** One finding in Markdown, with a list below it: what failed, the cause, the next step with links, who can fix it, and the evidence. */
function explainFinding(finding: Diagnostic): string {
  const { code, url, severity, message, help, links = [] } = finding;
  const { diagnosis, diagnosisUrl, evidence, permission, resource } = finding;
  const place = describePlace(finding);
  const lines = [
    `${severity}: ${toMarkdown(message)} (${linked(code, url)})`,
    place && `Place: ${toCode(place)}`,
    diagnosis &&
      `Cause: ${toMarkdown(diagnosis.cause)} (${linked(
        diagnosis.entry,
        diagnosisUrl,
      )})`,
    permission &&
      `Missing: ${[
        `permission ${toCode(permission)}`,
        resource && `on ${toCode(resource)}`,
        diagnosis?.principal && `for ${toCode(diagnosis.principal)}`,
      ]
        .filter(Boolean)
        .join(' ')}`,
    help && `What to do: ${toMarkdown(help)}`,
    links.map(link => toLink(link.title, link.url)).join(' · '),
    diagnosis && `Who can fix it: ${whoCanFix[diagnosis.who]}`,
    ...(diagnosis?.others ?? []).map(
      other =>
        `Also possible: ${toMarkdown(other.cause)}; ${toMarkdown(other.help)}`,
    ),
    evidence &&
      `Google answered: ${[evidence.status, evidence.text, evidence.operation]
        .filter(text => text !== undefined)
        .map(toCode)
        .join(' · ')}`,
  ];
  return toItem(lines);
}

/** The findings as items of a list in Markdown, for the message of a task's error. */
export const describeFindings = (findings: Diagnostic[]): string[] =>
  withoutRepetitions(findings).map(explainFinding);

/** Logs each finding at the level of its severity. */
export function logFindings(logger: LoggerService, findings: Diagnostic[]) {
  for (const finding of findings) {
    logger[logLevel[finding.severity]](describeFinding(finding));
  }
}
