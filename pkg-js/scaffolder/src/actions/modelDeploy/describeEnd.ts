import type { DeployReport } from '@backstage-vertex-ai/core/server';
import { describeFindings } from '../../findings';

const headline = {
  succeeded: 'The model is deployed',
  failed: 'The deployment failed',
  cancelled: 'The deployment was cancelled',
};

const list = (title: string, items: string[]) =>
  items.length > 0 &&
  `${title}:\n${items.map(item => `  - ${item}`).join('\n')}`;

/** How a run ended, for people: every finding, and what was and was not taken back. */
export function describeEnd(report: DeployReport): string {
  const { outcome, diagnostics, undone, notUndone } = report;
  return [
    headline[outcome],
    describeFindings(diagnostics),
    list('Taken back', undone),
    list('Not taken back', notUndone),
  ]
    .filter(Boolean)
    .join('\n');
}
