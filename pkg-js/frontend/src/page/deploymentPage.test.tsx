/** The page of a deployment. */
import { screen, waitFor, within } from '@testing-library/react';
import {
  CANCELLED,
  FAILED,
  LOG,
  SUCCEEDED,
  TRACE,
} from '../__testUtils__/deployments';
import { FakeGoogle, MISSING, SERVING } from '../__testUtils__/google';
import { PAGE, renderPageOn, section, WAIT } from '../__testUtils__/page';

// Queries by role are slow on long tables.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
});

const renderPage = (options?: Parameters<typeof renderPageOn>[1]) =>
  renderPageOn(google, options);

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
