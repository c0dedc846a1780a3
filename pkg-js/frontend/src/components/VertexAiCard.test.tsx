import type { Entity } from '@backstage/catalog-model';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { globalFetch, headline, renderCardOn } from '../__testUtils__/card';
import {
  CONTESTED,
  deployment,
  FakeGoogle,
  fraudDetector,
  json,
  MISSING,
  PORTAL,
  SERVING,
  website,
} from '../__testUtils__/google';
import { VertexAiCard } from './VertexAiCard';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = (entity?: Entity) =>
  renderCardOn(google, <VertexAiCard />, entity);

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
    expect(advice.parentElement).toHaveTextContent(
      'metadata.annotations["google.com/vertex-ai-machine-type"]',
    );
    expect(advice.parentElement).toHaveTextContent('machine-type/unknown');
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
      screen.getByText(/remove the annotation of all but one/).parentElement,
    ).toHaveTextContent('claim/contested');
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
