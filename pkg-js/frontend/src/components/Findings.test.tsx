import type { Diagnostic } from '@backstage-vertex-ai/core';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
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
    const paragraphs = (await screen.findByText(/Cause/)).parentElement!;
    expect([...paragraphs.children].map(it => it.textContent)).toEqual([
      'Cause: the server does not know --swap-space (container/arguments)',
      'What to do: remove the argument',
      'Who can fix it: the developer of the model',
      'Also possible: the container needed more memory; choose a larger machine',
      'deploy/operation-failed',
    ]);
  });

  it('stands once in a list, and once on a page', async () => {
    const view = await renderInTestApp(
      <>
        <Findings diagnostics={[failed, { ...failed }]} />
        <Findings diagnostics={[{ ...failed }]} />
      </>,
    );
    expect(await screen.findAllByText(/Cause/)).toHaveLength(1);
    expect(screen.getByText(/shown elsewhere/)).toBeInTheDocument();
    view.unmount();
    // Nothing of it is remembered.
    await renderInTestApp(<Findings diagnostics={[failed]} />);
    expect(await screen.findAllByText(/Cause/)).toHaveLength(1);
    expect(screen.queryByText(/shown elsewhere/)).toBeNull();
  });

  it('links to the pages that help, and to those of its codes', async () => {
    const docs = 'https://docs.acme.example';
    const linked: Diagnostic = {
      ...failed,
      url: `${docs}/code.md`,
      diagnosisUrl: `${docs}/diagnosis.md`,
      links: [
        { title: 'Quotas', url: 'https://console.cloud.google.com/quotas' },
        { title: 'Request access', url: '/create/templates/request' },
      ],
    };
    await renderInTestApp(<Findings diagnostics={[linked]} />);
    const links = await screen.findAllByRole('link');
    expect(links.map(it => [it.textContent, it.getAttribute('href')])).toEqual([
      ['container/arguments', `${docs}/diagnosis.md`],
      ['Quotas', 'https://console.cloud.google.com/quotas'],
      ['Request access', '/create/templates/request'],
      ['deploy/operation-failed', `${docs}/code.md`],
    ]);
    // A page of the portal opens where the reader is.
    expect(links.map(it => it.getAttribute('target'))).toEqual([
      '_blank',
      '_blank',
      null,
      '_blank',
    ]);
  });

  it('folds what Google answered', async () => {
    const operation = 'projects/1/locations/us-central1/operations/2';
    const evidence = { status: 'FAILED_PRECONDITION', text: 'no', operation };
    await renderInTestApp(<Findings diagnostics={[{ ...failed, evidence }]} />);
    const summary = await screen.findByText('What Google answered');
    const details = summary.closest('details')!;
    expect(details.open).toBe(false);
    await userEvent.click(summary);
    expect(details.open).toBe(true);
    expect(details.querySelector('dl')).toHaveTextContent(
      `StatusFAILED_PRECONDITIONTextnoOperation${operation}`,
    );
  });
});
