import type { Diagnostic } from '@backstage-vertex-ai/core';
import { Alert } from '@backstage/ui';

const STATUS = { error: 'danger', warning: 'warning', info: 'info' } as const;
const WORD = { error: 'Error', warning: 'Warning', info: 'Note' } as const;

/** Every finding: what, where, and what to do. */
export function Findings({ diagnostics }: { diagnostics: Diagnostic[] }) {
  return (
    <>
      {diagnostics.map((finding, index) => (
        <Alert
          key={`${finding.code} ${index}`}
          status={STATUS[finding.severity]}
          icon
          title={`${WORD[finding.severity]}: ${finding.message}`}
          description={[finding.where?.path, finding.help, `(${finding.code})`]
            .filter(Boolean)
            .join(' · ')}
        />
      ))}
    </>
  );
}
