/** The tab of an entity: what serves, and the history. */
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { CANCELLED, FAILED, SUCCEEDED } from '../__testUtils__/deployments';
import {
  CONTESTED,
  FakeGoogle,
  fraudDetector,
  SERVING,
} from '../__testUtils__/google';
import { renderPageOn, rows, section, WAIT } from '../__testUtils__/page';
import type { Deployment } from '../deployments/deployment';

// Queries by role are slow on long tables.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
});

const renderPage = (options?: Parameters<typeof renderPageOn>[1]) =>
  renderPageOn(google, options);

describe('the tab', () => {
  it('shows what serves, and who deployed what, when, with which outcome and why', async () => {
    google.portal.deployments = [SUCCEEDED, FAILED, CANCELLED];
    renderPage();
    const current = await section('Current state');
    expect(
      await within(current).findByText('Serving version 3', {}, WAIT),
    ).toBeInTheDocument();
    await screen.findByText('Succeeded', {}, WAIT);
    const [succeeded, failed, cancelled] = await rows();
    const when = ({ createdAt }: Deployment) =>
      new Date(createdAt).toLocaleString();
    expect(succeeded).toEqual([
      'fraud-detector@2',
      '✓ Succeeded',
      `${when(SUCCEEDED)}12 min 31 s`,
      'admin',
    ]);
    expect(failed).toEqual([
      'fraud-detector@3 in staging',
      '✕ Failedthe operation ended in RESOURCE_EXHAUSTED: no quota for NVIDIA_L4',
      `${when(FAILED)}2 min 10 s`,
      'analyst',
    ]);
    // A cancel is neither a failure nor an error.
    expect(cancelled).toEqual([
      'fraud-detector@3',
      '⊘ CancelledCancelled by admin',
      `${when(CANCELLED)}2 min 10 s`,
      'analyst',
    ]);
    expect(
      screen.queryByRole('region', { name: 'Running now' }),
    ).not.toBeInTheDocument();
    expect(google.portal.calls).toEqual([
      {
        method: 'GET',
        path: '/deployments?entityRef=component%3Adefault%2Ffraud-detector&limit=10',
      },
    ]);
  });

  it('shows a second claim as an error, once, with who else claims the endpoint', async () => {
    google.disputes = [CONTESTED];
    renderPage();
    const current = await section('Current state');
    expect(
      await within(current).findAllByText(
        /^Error: more than one entity claims the endpoint/,
      ),
    ).toHaveLength(1);
    const rival = within(current).getByRole('link', { name: /rival/ });
    expect(rival).toHaveAttribute('href', '/catalog/default/component/rival');
  });

  it('shows the state of each environment, and each finding once', async () => {
    const endpoint = 'google.com/vertex-ai-endpoint';
    renderPage({
      entity: fraudDetector({
        [endpoint]: undefined,
        [`${endpoint}.staging`]: 'fraud-staging',
        [`${endpoint}.production`]: 'fraud-detector',
        // Both environments share it.
        'google.com/vertex-ai-model': 'fraud-detector',
      }),
    });
    const current = await section('Current state');
    const titles = () =>
      within(current)
        .getAllByRole('heading', { level: 3 })
        .map(({ textContent }) => textContent);
    await waitFor(
      () =>
        expect(titles()).toEqual([
          'Environment production',
          'Serving version 3',
          'Environment staging',
          'Not deployed yet',
        ]),
      WAIT,
    );
    expect(within(current).getAllByText(/model\/unpinned/)).toHaveLength(1);
    const links = within(current).getAllByRole('link', {
      name: 'Deploy model',
    });
    expect(decodeURIComponent(links[0].getAttribute('href')!)).toContain(
      '"environment":"production"',
    );
  });

  it('says that nothing has been deployed yet', async () => {
    renderPage();
    expect(
      await screen.findByText(/has no deployments yet/, {}, WAIT),
    ).toBeInTheDocument();
  });

  it('names the kind of a run that deploys nothing', async () => {
    google.portal.deployments = [
      { ...SUCCEEDED, id: 'a', kind: 'undeploy' },
      { ...SUCCEEDED, id: 'b', kind: 'of-a-newer-portal' },
    ];
    renderPage();
    expect((await rows()).map(([what]) => what)).toEqual([
      'Undeployment of fraud-detector@2',
      'Deployment of fraud-detector@2',
    ]);
  });

  it('loads older deployments on request', async () => {
    google.portal.deployments = Array.from({ length: 13 }, (_, index) => ({
      ...SUCCEEDED,
      id: `id-${index}`,
      createdAt: `2026-11-${25 - index}T09:00:00.000Z`,
    }));
    renderPage();
    expect(await rows()).toHaveLength(10);
    await userEvent.click(
      screen.getByRole('button', { name: 'Show older deployments' }),
    );
    await waitFor(async () => expect(await rows()).toHaveLength(13));
    expect(
      screen.queryByRole('button', { name: 'Show older deployments' }),
    ).not.toBeInTheDocument();
  });

  it('shows the reason where the portal denies the history, and what serves all the same', async () => {
    const { fetch } = google.portal;
    Object.assign(google.portal, {
      fetch: async () =>
        new Response(
          JSON.stringify({
            diagnostics: [
              {
                code: 'portal/refused',
                severity: 'error',
                message: 'you lack the permission `vertex-ai.deployment.read`',
              },
            ],
          }),
          { status: 403 },
        ),
    });
    renderPage();
    const history = await section('History');
    expect(
      await within(history).findByText(/you lack the permission/, {}, WAIT),
    ).toBeInTheDocument();
    expect(
      await screen.findByText('Serving version 3', {}, WAIT),
    ).toBeInTheDocument();

    Object.assign(google.portal, { fetch });
    google.portal.deployments = [SUCCEEDED];
    await userEvent.click(
      within(history).getByRole('button', { name: 'Try again' }),
    );
    expect(await rows()).toHaveLength(1);
  });
});
