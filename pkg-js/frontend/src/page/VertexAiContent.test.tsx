import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  CANCELLED,
  FAILED,
  LOG,
  RUNNING,
  SUCCEEDED,
  TRACE,
} from '../__testUtils__/deployments';
import {
  CONTESTED,
  FakeGoogle,
  fraudDetector,
  MISSING,
  SERVING,
} from '../__testUtils__/google';
import { PAGE, renderPageOn, rows, section, WAIT } from '../__testUtils__/page';
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

describe('a running deployment', () => {
  beforeEach(() => {
    google.portal.deployments = [RUNNING, FAILED];
    google.portal.events.set(RUNNING.id, LOG);
  });

  it('shows its progress, how long it has run, and its log as it grows', async () => {
    renderPage();
    const running = await section('Running now');
    const bar = await within(running).findByRole('progressbar', {
      name: 'Step 4 of 8: Adding nodes to the cluster',
    });
    expect(bar).toHaveAttribute('value', '4');
    expect(bar).toHaveAttribute('max', '8');
    expect(within(running).getByText(/^Running for \d+ /)).toBeVisible();
    const log = within(running).getByRole('log', { name: 'Log' });
    expect(await within(log).findByText('fraud-detector@3')).toBeVisible();

    const stage = {
      ...RUNNING.stage!,
      index: 5,
      name: 'GETTING_CONTAINER_IMAGE',
    };
    act(() =>
      google.portal.change(RUNNING.id, { stage }, { message: 'Pulling' }),
    );
    expect(await within(log).findByText('Pulling')).toBeVisible();
    await waitFor(() => expect(bar).toHaveAttribute('value', '5'));
  });

  it('moves to the history by itself when it ends', async () => {
    renderPage();
    await section('Running now');
    await screen.findByRole('progressbar', {}, WAIT);
    act(() =>
      google.portal.change(RUNNING.id, {
        state: 'succeeded',
        endedAt: '2026-11-27T10:10:00.000Z',
      }),
    );
    await waitFor(
      () =>
        expect(
          screen.queryByRole('region', { name: 'Running now' }),
        ).not.toBeInTheDocument(),
      WAIT,
    );
    expect((await rows())[0][1]).toBe('✓ Succeeded');
  });

  it('names the usual durations where the portal knows enough of them', async () => {
    const expected = {
      stage: { samples: 5, p50Seconds: 40, p95Seconds: 90 },
      total: { samples: 5, p50Seconds: 360, p95Seconds: 1200 },
    };
    google.portal.deployments = [{ ...RUNNING, expected }];
    renderPage();
    const line = await screen.findByText(/^Running for/, {}, WAIT);
    expect(line).toHaveTextContent(
      'This step usually takes 40 s, and in 95 % of cases less than 1 min 30 s · In all usually 6 min 0 s, and in 95 % of cases less than 20 min 0 s',
    );
  });

  it('is cancelled after a confirmation, by keyboard too', async () => {
    const user = userEvent.setup();
    renderPage();
    const button = await screen.findByRole(
      'button',
      { name: 'Cancel deployment' },
      WAIT,
    );
    button.focus();
    await user.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog', {
      name: 'Cancel this deployment?',
    });
    expect(google.portal.calls.map(({ method }) => method)).not.toContain(
      'POST',
    );
    await user.click(
      within(dialog).getByRole('button', { name: 'Cancel deployment' }),
    );
    const running = await section('Running now');
    expect(
      await within(running).findByRole(
        'progressbar',
        { name: 'Cancelling' },
        WAIT,
      ),
    ).not.toHaveAttribute('value');
    expect(google.portal.calls).toContainEqual({
      method: 'POST',
      path: `/deployments/${RUNNING.id}/cancel`,
    });
    // What is stopping is not stopped again.
    await waitFor(() =>
      expect(
        screen.queryByRole('button', { name: 'Cancel deployment' }),
      ).not.toBeInTheDocument(),
    );
  });

  it('cannot be cancelled without the permission', async () => {
    // Decisions about another entity are remembered.
    const entity = fraudDetector();
    entity.metadata.name = 'guarded';
    const entityRef = 'component:default/guarded';
    google.portal.deployments = [{ ...RUNNING, entityRef }];
    renderPage({
      entity,
      permissions: name => name !== 'vertex-ai.deployment.cancel',
    });
    await screen.findByRole('progressbar', {}, WAIT);
    expect(
      screen.queryByRole('button', { name: 'Cancel deployment' }),
    ).not.toBeInTheDocument();
  });

  it('takes the main place from “Deploy model”', async () => {
    google.portal.deployments = [RUNNING];
    renderPage();
    const deploy = await screen.findByRole(
      'link',
      { name: 'Deploy model' },
      WAIT,
    );
    expect(deploy).toHaveAttribute('data-variant', 'secondary');
  });
});

describe('the page of a deployment', () => {
  const path = ({ id }: { id: string }) => `${PAGE}/deployments/${id}`;

  it('is reached from the history and leads back', async () => {
    google.portal.deployments = [SUCCEEDED];
    renderPage();
    const link = await screen.findByRole(
      'link',
      { name: 'fraud-detector@2' },
      WAIT,
    );
    expect(link).toHaveAttribute('href', path(SUCCEEDED));
  });

  it('shows outcome, people, times, ids, and the link to Google’s console', async () => {
    google.portal.deployments = [SUCCEEDED];
    google.portal.events.set(SUCCEEDED.id, LOG);
    renderPage({ path: path(SUCCEEDED) });
    expect(
      await screen.findByRole(
        'heading',
        { name: 'Deployment of fraud-detector@2' },
        WAIT,
      ),
    ).toBeInTheDocument();
    const facts = await screen.findByLabelText('Facts');
    for (const text of [
      'Started byadmin',
      'Duration12 min 31 s',
      'Deployed model id9379675090',
      `Deployment id${SUCCEEDED.id}`,
      SUCCEEDED.operation!,
    ]) {
      expect(facts).toHaveTextContent(text);
    }
    expect(
      screen.getByRole('link', { name: 'Open in Google Cloud (new tab)' }),
    ).toHaveAttribute('href', SUCCEEDED.consoleUrl);
    const log = screen.getByRole('log', { name: 'Log' });
    expect(
      await within(log).findByText('Adding nodes to the cluster'),
    ).toBeVisible();
    const plan = await section('Plan');
    expect(within(plan).getByRole('listitem')).toHaveTextContent(
      /^Deploy model fraud-detector@3.*DeployModel · Undo: .*UndeployModel$/,
    );
    const audit = await section('Audit');
    expect(within(audit).getByLabelText('Ids')).toHaveTextContent(
      'Request reasondeployment 6f1c1f0eMandatemandate-3',
    );
    expect(
      within(audit).getByRole('rowheader', { name: 'audit-7' }),
    ).toBeVisible();
    expect(
      within(audit).getByRole('link', { name: /^Google’s audit log/ }),
    ).toHaveAttribute('href', TRACE.links[0].url);
    expect(
      screen.getByRole('link', { name: 'All deployments' }),
    ).toHaveAttribute('href', PAGE);
  });

  it('shows why it failed, once, and what was removed', async () => {
    google.portal.deployments = [FAILED];
    renderPage({ path: path(FAILED) });
    expect(
      await screen.findAllByText(/RESOURCE_EXHAUSTED/, {}, WAIT),
    ).toHaveLength(1);
    expect(screen.getByText(/request quota/)).toBeInTheDocument();
    expect(screen.getByLabelText('Facts')).toHaveTextContent(
      'Removed againdeployed model 9379675090',
    );
    // An endpoint that was removed again has no page in the console.
    expect(
      screen.queryByRole('link', { name: /Google Cloud/ }),
    ).not.toBeInTheDocument();
  });

  it('leads from a denial to the form that requests access, filled in', async () => {
    const environment = 'staging';
    const denied = {
      code: 'google/permission-denied',
      severity: 'error',
      message: 'you lack `aiplatform.endpoints.deploy`',
      permission: 'aiplatform.endpoints.deploy',
    } as const;
    google.access = MISSING;
    google.portal.deployments = [
      { ...FAILED, environment, diagnostics: [denied] },
    ];
    renderPage({ path: path(FAILED) });
    const link = await screen.findByRole(
      'link',
      { name: 'Request access' },
      WAIT,
    );
    const data = () => {
      const url = new URL(link.getAttribute('href')!, 'http://portal.example');
      expect(url.pathname).toBe('/create/templates/default/request-access');
      return JSON.parse(url.searchParams.get('formData')!);
    };
    await waitFor(
      () => expect(data()).toEqual({ environment, ...MISSING.request }),
      WAIT,
    );
    expect(
      screen.getByRole('list', { name: 'Who can grant access' }),
    ).toHaveTextContent('cloud-admins');
  });

  it('reads as cancelled, without an error', async () => {
    google.portal.deployments = [CANCELLED];
    renderPage({ path: path(CANCELLED) });
    expect(
      await screen.findByText('Cancelled', { exact: false, selector: 'span' }),
    ).toHaveAttribute('data-tone', 'neutral');
    expect(screen.getByLabelText('Facts')).toHaveTextContent(
      'Cancelled byadmin',
    );
    expect(screen.queryByText(/Error/)).not.toBeInTheDocument();
  });

  it('names a plugin that cancelled it', async () => {
    const cancelRequestedBy = 'plugin:scaffolder';
    google.portal.deployments = [{ ...CANCELLED, cancelRequestedBy }];
    renderPage({ path: path(CANCELLED) });
    expect(await screen.findByLabelText('Facts')).toHaveTextContent(
      'Cancelled bythe task that started it',
    );
    expect(screen.queryByRole('link', { name: /scaffolder/ })).toBeNull();
  });

  it('says that a deployment does not exist', async () => {
    renderPage({ path: path({ id: 'nowhere' }) });
    expect(
      await screen.findByText(
        /does not exist, or you may not see it/,
        {},
        WAIT,
      ),
    ).toBeInTheDocument();
  });
});
