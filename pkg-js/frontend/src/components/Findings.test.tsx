import type { Diagnostic } from '@backstage-vertex-ai/core';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import { Findings } from './Findings';

const failed: Diagnostic = {
  code: 'deploy/operation-failed',
  severity: 'error',
  message: 'the operation ended in FAILED_PRECONDITION',
  help: 'remove the argument',
  diagnosis: {
    entry: 'container/arguments',
    cause: 'the server does not know `--swap-space`',
    who: 'developer',
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

describe('a finding', () => {
  it('shows cause, next step, who can fix it and other causes', async () => {
    await renderInTestApp(<Findings diagnostics={[failed]} />);
    const text = (await screen.findByText(/Cause/)).parentElement?.textContent;
    expect(text).toBe(
      'Cause: the server does not know --swap-space (container/arguments)' +
        'remove the argument · (deploy/operation-failed)' +
        'Who can fix it: the developer of the model' +
        'Also possible: the container needed more memory; choose a larger machine',
    );
  });

  it('stands once on a page', async () => {
    await renderInTestApp(<Findings diagnostics={[failed, { ...failed }]} />);
    expect(await screen.findAllByText(/Cause/)).toHaveLength(1);
  });
});
