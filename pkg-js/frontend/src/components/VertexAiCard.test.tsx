import type { Entity } from '@backstage/catalog-model';
import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import {
  EntityProvider,
  entityRouteRef,
} from '@backstage/plugin-catalog-react';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  CONTESTED,
  deployment,
  FakeGoogle,
  fraudDetector,
  json,
  MISSING,
  PORTAL,
  refusal,
  SERVING,
  website,
} from '../__testUtils__/google';
import { RUNNING, SCHEDULED } from '../__testUtils__/deployments';
import { VertexAiCard } from './VertexAiCard';

/** The core tries twice, with a pause in between, before it reports a failure. */
const AFTER_RETRY = { timeout: 5_000 };

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;
const globalFetch = jest.fn(async () => {
  throw new Error('the cards must use the fetch API only');
});

beforeEach(() => {
  google = new FakeGoogle();
  Object.assign(globalThis, { fetch: globalFetch });
});

const renderCard = (entity: Entity = fraudDetector()) =>
  renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
      ]}
    >
      <EntityProvider entity={entity}>
        <VertexAiCard />
      </EntityProvider>
    </TestApiProvider>,
    {
      mountedRoutes: { '/catalog/:namespace/:kind/:name': entityRouteRef },
    },
  );

const headline = (name: string | RegExp, options?: object) =>
  screen.findByRole('heading', { level: 3, name }, options);

describe('the status card', () => {
  it('announces that it loads until a response arrives', async () => {
    let answer!: (response: Response) => void;
    google.instead = () =>
      new Promise(resolve => {
        answer = resolve;
      });
    renderCard();
    expect(
      await screen.findByRole('status', {
        name: 'Loading the status',
      }),
    ).toBeInTheDocument();
    const refresh = screen.getByRole('button', { name: /Refresh/ });
    expect(refresh).toHaveAttribute('aria-disabled', 'true');
    await waitFor(() => expect(google.calls).toHaveLength(1));

    google.instead = undefined;
    answer(json(SERVING));
    await headline('Serving version 3');
    expect(refresh).not.toHaveAttribute('aria-disabled');
  });

  it('names the annotations of an entity without any, and sends no request', async () => {
    renderCard(website);
    expect(
      await screen.findByText(/google\.com\/vertex-ai-model/),
    ).toBeInTheDocument();
    expect(
      screen.getAllByText(/google\.com\/vertex-ai-endpoint/),
    ).not.toHaveLength(0);
    expect(google.calls).toEqual([]);
  });

  it('shows each finding about the annotations, with its place and advice', async () => {
    renderCard(
      fraudDetector({ 'google.com/vertex-ai-machine-type': 'n1-standart-4' }),
    );
    await headline('The Vertex AI annotations are wrong');
    expect(
      screen.getByText(/^Error: Vertex AI is not known/),
    ).toHaveTextContent(
      'Error: Vertex AI is not known to serve models on n1-standart-4',
    );
    expect(screen.getByText('n1-standart-4').tagName).toBe('CODE');
    const advice = screen.getByText(/did you mean/);
    expect(advice).toHaveTextContent('did you mean n1-standard-4?');
    expect(advice).toHaveTextContent(
      'metadata.annotations["google.com/vertex-ai-machine-type"]',
    );
    expect(advice).toHaveTextContent('(machine-type/unknown)');
    expect(google.calls).toEqual([]);
  });

  it('shows a second claim as an error, who else claims it, and what to do, beside what serves', async () => {
    google.endpoint = SERVING;
    google.disputes = [CONTESTED];
    renderCard();
    await headline('Serving version 3');
    const error = await screen.findByText(
      /^Error: more than one entity claims the endpoint/,
    );
    expect(screen.getByText(/^Also claimed by:/)).toHaveTextContent(
      'Also claimed by: rival',
    );
    expect(
      screen.getByText('Also claimed by entities hidden from you: 1'),
    ).toBeInTheDocument();
    expect(
      screen.getByText(/remove the annotation of all but one/),
    ).toHaveTextContent('(claim/contested)');
    expect(google.claimed).toEqual(['component:default/fraud-detector']);

    google.disputes = [];
    await userEvent.click(screen.getByRole('button', { name: /Refresh/ }));
    await waitFor(() => expect(error).not.toBeInTheDocument());
  });

  it('does not ask for claims of an entity without annotations', async () => {
    renderCard(website);
    await screen.findAllByText(/google\.com\/vertex-ai-model/);
    expect(google.claimed).toEqual([]);
  });

  it('shows version, traffic, replicas and machine of each model, and the age of the report', async () => {
    google.endpoint = SERVING;
    renderCard();
    await headline('Serving version 3');
    expect(
      screen.getByText('Endpoint Fraud detector, us-central1'),
    ).toBeInTheDocument();

    const table = screen.getByRole('table', { name: 'Deployed models' });
    const rows = within(table).getAllByRole('row').slice(1);
    const cells = rows.map(row =>
      [
        within(row).getByRole('rowheader'),
        ...within(row).getAllByRole('cell'),
      ].map(cell => cell.textContent),
    );
    expect(cells).toEqual([
      ['fraud-3', '3', '80 %', '1 of 1–3', 'g2-standard-4, 1 × NVIDIA_L4'],
      ['fraud-2', '2', '20 %', '– of 1', 'n1-standard-2'],
    ]);
    expect(screen.getByText(/^Updated (now|\d seconds? ago)$/)).toBeVisible();
    expect(screen.queryByText(/Out of date/)).not.toBeInTheDocument();

    const links = Object.fromEntries(
      screen
        .getAllByRole('link')
        .map(link => [link.textContent, link.getAttribute('href')]),
    );
    expect(decodeURIComponent(links['Deploy model'] as string)).toBe(
      '/create/templates/default/deploy-model?formData={"entity":"component:default/fraud-detector"}',
    );
    expect(links['Open in Google Cloud (new tab)']).toMatch(
      /^https:\/\/console\.cloud\.google\.com\/.*fraud-detector.*project=acme-ml/,
    );
  });

  it('shows the progress of a deployment by Google’s stages', async () => {
    google.endpoint = { displayName: 'Fraud detector' };
    google.operations = [deployment('ADDING_NODES_TO_CLUSTER')];
    renderCard();
    await headline('Deploying');
    const bar = screen.getByRole('progressbar', {
      name: 'Step 4 of 8: Adding nodes to the cluster',
    });
    expect(bar).toHaveAttribute('value', '4');
    expect(bar).toHaveAttribute('max', '8');
  });

  it('follows a deployment to its end without a click', async () => {
    google.endpoint = { displayName: 'Fraud detector' };
    google.operations = [deployment('FINISHING_UP')];
    renderCard();
    await headline('Deploying');
    google.endpoint = SERVING;
    google.operations = [];
    await headline('Serving version 3', { timeout: 5_000 });
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
  });

  it('asks Google once while this portal’s own deployment runs, and again at its end', async () => {
    const endpoints = () =>
      google.calls.filter(({ url }) => url.endsWith('/fraud-detector')).length;
    google.endpoint = { ...SERVING, deployedModels: [] };
    google.operations = [deployment('ADDING_NODES_TO_CLUSTER')];
    google.portal.deployments = [RUNNING];
    jest.useFakeTimers({ advanceTimers: true });
    try {
      renderCard();
      expect(
        await screen.findByRole('progressbar', { name: /^Step 4 of 8/ }),
      ).toHaveValue(4);
      await act(() => jest.advanceTimersByTimeAsync(300_000));
      expect(endpoints()).toBe(1);

      google.endpoint = SERVING;
      google.operations = [];
      act(() =>
        google.portal.change(RUNNING.id, {
          state: 'succeeded',
          endedAt: '2026-11-27T10:05:00.000Z',
        }),
      );
      await headline('Serving version 3');
      expect(endpoints()).toBe(2);
      expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
    } finally {
      jest.useRealTimers();
    }
  });

  it('follows the running deployment, and not the removal that it schedules', async () => {
    google.endpoint = { ...SERVING, deployedModels: [] };
    google.operations = [deployment('ADDING_NODES_TO_CLUSTER')];
    google.portal.deployments = [SCHEDULED, RUNNING];
    renderCard();
    expect(
      await screen.findByRole('progressbar', { name: /^Step 4 of 8/ }),
    ).toHaveValue(4);
    expect(google.portal.calls.map(({ path }) => path)).toContain(
      `/deployments/${RUNNING.id}/events`,
    );
  });

  it('goes on asking Google while a removal waits for its time', async () => {
    google.endpoint = { displayName: 'Fraud detector' };
    google.operations = [deployment('FINISHING_UP')];
    google.portal.deployments = [SCHEDULED];
    renderCard();
    await headline('Deploying');
    // The list is known before the next poll.
    await waitFor(() => expect(google.portal.calls).not.toHaveLength(0));
    google.endpoint = SERVING;
    google.operations = [];
    await headline('Serving version 3', { timeout: 5_000 });
  });

  it('shows why the last deployment failed', async () => {
    google.endpoint = { displayName: 'Fraud detector' };
    google.operations = [
      deployment('FAILED_TO_DEPLOY', {
        done: true,
        error: { code: 9, message: 'Model server exited unexpectedly.' },
      }),
    ];
    renderCard();
    await headline('The last deployment failed');
    expect(
      screen.getByText(
        /^Error: .*FAILED_PRECONDITION: Model server exited unexpectedly\./,
      ),
    ).toBeInTheDocument();
    expect(screen.getByText(/deploy\/operation-failed/)).toBeInTheDocument();
  });

  it('offers a deployment, and no console link, where no endpoint exists', async () => {
    renderCard();
    await headline('Not deployed yet');
    expect(screen.queryByRole('table')).not.toBeInTheDocument();
    expect(screen.getAllByRole('link').map(l => l.textContent)).toEqual([
      'Deploy model',
    ]);
  });
});

describe('what may mislead', () => {
  it('shows that another version serves than the annotations name, and a model that serves nothing', async () => {
    google.endpoint = { ...SERVING, trafficSplit: { '11': 100 } };
    renderCard(
      fraudDetector({ 'google.com/vertex-ai-model': 'fraud-detector@7' }),
    );
    await headline('Serving version 3');
    const drift = screen.getByText(/^Warning: the annotations name/);
    expect(drift).toHaveTextContent(
      'Warning: the annotations name fraud-detector@7, but fraud-detector@3 serves',
    );
    expect(
      screen.getByText(/costs money and serves nothing/),
    ).toHaveTextContent('fraud-2');
  });

  it('shows no old failure beside a running deployment', async () => {
    google.endpoint = { displayName: 'Fraud detector' };
    google.operations = [
      deployment('FAILED_TO_DEPLOY', {
        done: true,
        error: { code: 8, message: 'no quota' },
      }),
      deployment('PREPARING_MODEL'),
    ];
    renderCard();
    await headline('Deploying');
    expect(screen.queryByText(/no quota/)).not.toBeInTheDocument();
  });

  it('shows a cancelled deployment as cancelled, without an error', async () => {
    google.operations = [
      deployment('DEPLOYMENT_TERMINATED', {
        done: true,
        error: { code: 1, message: 'cancelled' },
      }),
    ];
    renderCard();
    await headline('The last deployment was cancelled');
    expect(screen.queryByText(/^Error/)).not.toBeInTheDocument();
  });

  it.each([
    ['the user lacks rights', () => (google.access = MISSING)],
    [
      'a deployment runs',
      () => (google.operations = [deployment('PREPARING_MODEL')]),
    ],
  ])(
    'does not make “Deploy model” the main action where %s',
    async (_, set) => {
      google.endpoint = SERVING;
      set();
      renderCard();
      await headline(/Serving|Deploying/);
      await waitFor(() => expect(google.calls).toHaveLength(3));
      expect(
        await screen.findByRole('link', { name: 'Deploy model' }),
      ).toHaveAttribute('data-variant', 'secondary');
    },
  );

  it('offers no deployment of annotations that are wrong', async () => {
    renderCard(
      fraudDetector({ 'google.com/vertex-ai-machine-type': 'n1-standart-4' }),
    );
    await headline('The Vertex AI annotations are wrong');
    expect(screen.queryByRole('link', { name: 'Deploy model' })).toBeNull();
  });

  it('makes “Deploy model” the main action otherwise', async () => {
    renderCard();
    await headline('Not deployed yet');
    await waitFor(() =>
      expect(
        screen.getByRole('link', { name: 'Deploy model' }),
      ).toHaveAttribute('data-variant', 'primary'),
    );
  });
});

describe('environments', () => {
  it('are chosen on the card where there are several', async () => {
    const user = userEvent.setup();
    const endpoint = 'google.com/vertex-ai-endpoint';
    google.endpoint = SERVING;
    renderCard(
      fraudDetector({
        [endpoint]: undefined,
        [`${endpoint}.a-test`]: 'fraud-test',
        [`${endpoint}.production`]: 'fraud-detector',
      }),
    );
    await headline('Not deployed yet');
    const select = screen.getByRole('button', { name: /Environment/ });
    select.focus();
    await user.keyboard('{Enter}');
    await user.click(await screen.findByRole('option', { name: 'production' }));
    await headline('Serving version 3');
    expect(
      decodeURIComponent(
        screen
          .getByRole('link', { name: 'Deploy model' })
          .getAttribute('href')!,
      ),
    ).toContain('"environment":"production"');
  });

  it('are shown without a choice where there is one', async () => {
    google.endpoint = SERVING;
    renderCard(
      fraudDetector({
        'google.com/vertex-ai-endpoint': undefined,
        'google.com/vertex-ai-endpoint.production': 'fraud-detector',
      }),
    );
    await headline('Serving version 3');
    expect(screen.queryByRole('button', { name: /Environment/ })).toBeNull();
  });
});

describe('without a response', () => {
  it.each<[string, () => Response, string[]]>([
    [
      'Google denies access or hides a missing endpoint',
      () => refusal(403, 'PERMISSION_DENIED', 'Permission denied.'),
      [
        'google/permission-denied',
        'aiplatform.endpoints.get',
        'or the resource does not exist',
      ],
    ],
    [
      'Google throttles',
      () => refusal(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded.'),
      ['google/resource-exhausted', 'Quota exceeded.'],
    ],
    [
      'Google is unavailable',
      () => refusal(503, 'UNAVAILABLE', 'Try again.'),
      ['google/unavailable', 'Try again.'],
    ],
    [
      'Google, or the emulator, cannot be reached',
      () =>
        json(
          {
            error: { name: 'BadGatewayError', message: 'no answer' },
            diagnostic: {
              code: 'network/unreachable',
              severity: 'error',
              message: 'Google does not answer at its address, or hung up',
              help: 'check that the emulator runs',
            },
          },
          502,
        ),
      ['network/unreachable', 'does not answer', 'that the emulator runs'],
    ],
    [
      'the session has expired',
      () =>
        json(
          { error: { name: 'AuthenticationError', message: 'expired' } },
          401,
        ),
      ['portal/refused', 'sign in to the portal again'],
    ],
    [
      'the portal does not respond',
      () => {
        throw new TypeError('Failed to fetch');
      },
      ['network/unreachable', "the portal's backend runs"],
    ],
    [
      'the response is cut off',
      () =>
        new Response(
          new ReadableStream({
            start: stream => stream.error(new TypeError('terminated')),
          }),
        ),
      ['google/answer-unreadable', 'the answer was cut off'],
    ],
    [
      'another server responds instead of Google',
      () => new Response('<html>Sign in to the hotel</html>'),
      ['google/answer-unreadable', 'the answer is not JSON'],
    ],
  ])('shows that %s', async (_, answer, words) => {
    google.instead = answer;
    const { container } = renderCard();
    await headline('The status is not available', AFTER_RETRY);
    for (const word of words) expect(container).toHaveTextContent(word);
    expect(screen.queryByText(/Out of date/)).not.toBeInTheDocument();

    google.instead = undefined;
    google.endpoint = SERVING;
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    await headline('Serving version 3');
  });

  it('keeps the last report, marked as out of date with the reason, until a refresh succeeds', async () => {
    google.endpoint = SERVING;
    renderCard();
    await headline('Serving version 3');

    google.instead = () => refusal(503, 'UNAVAILABLE', 'Try again.');
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(
      await screen.findByText(/Out of date\./, {}, AFTER_RETRY),
    ).toBeInTheDocument();
    expect(screen.getByText(/google\/unavailable/)).toBeInTheDocument();
    await headline('Serving version 3');
    expect(screen.getByRole('table')).toBeInTheDocument();

    google.instead = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() =>
      expect(screen.queryByText(/Out of date\./)).not.toBeInTheDocument(),
    );
    expect(screen.queryByText(/google\/unavailable/)).not.toBeInTheDocument();
  });

  it('cancels its request when the page unmounts', async () => {
    let isAborted = false;
    google.instead = () => new Promise(() => {});
    const { unmount } = renderCard();
    await waitFor(() => expect(google.calls).toHaveLength(1));
    const { signal } = google.calls[0].init;
    signal!.addEventListener('abort', () => {
      isAborted = true;
    });
    unmount();
    expect(isAborted).toBe(true);
  });
});

describe('requests', () => {
  it('go to the portal’s proxy through the fetch API, without a token of the card’s own', async () => {
    google.endpoint = SERVING;
    const { container } = renderCard();
    await headline('Serving version 3');
    expect(google.calls.map(({ url }) => url)).toEqual([
      `${PORTAL}/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector`,
      `${PORTAL}/api/proxy/vertex-ai/aiplatform/v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector/operations?pageSize=20`,
      `${PORTAL}/api/proxy/vertex-ai/access`,
    ]);
    for (const { init } of google.calls.slice(0, 2)) {
      expect(init.method).toBe('GET');
      expect([...new Headers(init.headers).keys()]).toEqual(['accept']);
      expect(init.body).toBeUndefined();
    }
    expect(globalFetch).not.toHaveBeenCalled();
    const kept = JSON.stringify([{ ...localStorage }, { ...sessionStorage }]);
    for (const place of [container.innerHTML, kept, document.cookie]) {
      expect(place).not.toMatch(/ya29|Bearer|eyJ/);
    }
  });
});

describe('accessibility', () => {
  it('announces a change of state', async () => {
    google.endpoint = SERVING;
    renderCard();
    const heading = await headline('Serving version 3');
    const region = heading.closest('[role=status]');
    expect(region).toHaveAttribute('aria-live', 'polite');

    google.endpoint = undefined;
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    await waitFor(() => expect(region).toHaveTextContent('Not deployed yet'));
  });

  it('shows in words everything that it shows in colours', async () => {
    google.endpoint = SERVING;
    renderCard();
    await headline('Serving version 3');
    expect(screen.getByText('●')).toHaveAttribute('aria-hidden', 'true');
    const columns = screen.getAllByRole('columnheader');
    expect(columns.map(({ textContent }) => textContent)).toEqual([
      'Model',
      'Version',
      'Traffic',
      'Replicas',
      'Machine',
    ]);
  });

  it('works by keyboard alone', async () => {
    const user = userEvent.setup();
    google.endpoint = SERVING;
    renderCard();
    await headline('Serving version 3');
    google.instead = () => refusal(403, 'PERMISSION_DENIED', 'no');
    const reached = async () => {
      const names: (string | null)[] = [];
      (document.activeElement as HTMLElement).blur();
      for (;;) {
        await user.tab();
        const name = document.activeElement!.textContent;
        if (document.activeElement === document.body || names.includes(name)) {
          return names;
        }
        names.push(name);
      }
    };
    expect(await reached()).toEqual([
      'Refresh',
      'Deploy model',
      'Open in Google Cloud (new tab)',
    ]);

    screen.getByRole('button', { name: 'Refresh' }).focus();
    await user.keyboard('{Enter}');
    await screen.findByText(/Out of date\./);
    expect(await reached()).toEqual([
      'Refresh',
      'Try again',
      'Deploy model',
      'Open in Google Cloud (new tab)',
    ]);
    google.instead = undefined;
    screen.getByRole('button', { name: 'Try again' }).focus();
    await user.keyboard(' ');
    await waitFor(() =>
      expect(screen.queryByText(/Out of date\./)).not.toBeInTheDocument(),
    );
  });
});
