import type { Diagnostic } from '@backstage-vertex-ai/core';
import { describeFinding, describeFindings } from './findings';

const finding: Diagnostic = {
  code: 'deploy/operation-failed',
  severity: 'error',
  message: 'the operation ended in FAILED_PRECONDITION',
  permission: 'storage.objects.get',
  resource: 'gs://acme-models/churn',
  help: 'grant `roles/storage.objectViewer`',
  diagnosis: {
    entry: 'access/agent-artifacts',
    cause: 'the service account may not read the files',
    who: 'platform',
    principal: 'service-1@gcp-sa-aiplatform.iam.gserviceaccount.com',
    others: [
      {
        entry: 'container/memory',
        cause: 'the container needed more memory',
        help: 'choose a larger machine',
        who: 'developer',
      },
    ],
  },
};

describe('a finding of a task', () => {
  it('tells cause, principal, who can fix it and other causes', () => {
    expect(describeFinding(finding).split('\n')).toEqual([
      'error deploy/operation-failed: the operation ended in FAILED_PRECONDITION',
      '  missing: permission storage.objects.get on gs://acme-models/churn for service-1@gcp-sa-aiplatform.iam.gserviceaccount.com',
      '  cause: the service account may not read the files (access/agent-artifacts)',
      '  who can fix it: the administrators of the project and the portal',
      '  also possible: the container needed more memory; choose a larger machine',
      '  help: grant `roles/storage.objectViewer`',
    ]);
  });

  it('is explained in the banner of a task, as lines with links', () => {
    const docs = 'https://docs.acme.example';
    const [item] = describeFindings([
      {
        ...finding,
        url: `${docs}/diagnostics.md`,
        diagnosisUrl: `${docs}/access/agent-artifacts.md`,
        links: [
          { title: 'Log', url: 'https://console.cloud.google.com/(a b)' },
        ],
        evidence: { status: 'FAILED_PRECONDITION', text: 'a `b` c' },
      },
    ]);
    expect(item.split('\n  - ')).toEqual([
      `error: the operation ended in FAILED_PRECONDITION ([deploy/operation-failed](${docs}/diagnostics.md))`,
      `Cause: the service account may not read the files ([access/agent-artifacts](${docs}/access/agent-artifacts.md))`,
      'Missing: permission `storage.objects.get` on `gs://acme-models/churn` for `service-1@gcp-sa-aiplatform.iam.gserviceaccount.com`',
      'What to do: grant `roles/storage.objectViewer`',
      '[Log](https://console.cloud.google.com/%28a%20b%29)',
      'Who can fix it: the administrators of the project and the portal',
      'Also possible: the container needed more memory; choose a larger machine',
      'Google answered: `FAILED_PRECONDITION` · `` a `b` c ``',
    ]);
  });

  it('stands once in the banner', () => {
    expect(describeFindings([finding, { ...finding }])).toHaveLength(1);
  });
});
