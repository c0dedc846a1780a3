/** The checks before a deployment, on the tab of an entity. */
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { CHECKED } from '../__testUtils__/deployments';
import { FakeGoogle, SERVING } from '../__testUtils__/google';
import { renderPageOn, WAIT } from '../__testUtils__/page';

jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
});

const press = async (name: string) =>
  userEvent.click(await screen.findByRole('button', { name }, WAIT));
const part = () =>
  screen.findByRole('region', { name: 'Checks before a deployment' }, WAIT);

describe('the checks before a deployment', () => {
  it('run on demand, what needs attention first, each in words', async () => {
    renderPageOn(google);
    await part();
    expect(google.portal.calls.map(({ path }) => path)).not.toContain(
      '/preflight',
    );
    await press('Check deployment');
    const region = within(await part());
    expect(
      await region.findByText('1 ok, 1 no, 1 unknown', {}, WAIT),
    ).toHaveAttribute('role', 'status');
    const list = region.getByRole('list', {
      name: 'Checks before a deployment',
    });
    const rows = [...list.children].map(({ textContent }) => textContent);
    expect(rows).toEqual([
      '✕ noDoes the quota of accelerators suffice?the plan needs 2 of L4Next step: request a higher limitQuotas of Vertex AIquota L4, limit 1gcloud quotas',
      '? unknownDoes the organization allow the location?no answer within 2 s: orgpolicyNext step: run the preflight again',
    ]);
    for (const sign of ['✕', '?']) {
      expect(region.getByText(sign)).toHaveAttribute('aria-hidden', 'true');
    }
    expect(region.getByText('Show what is ok (1)')).toBeVisible();
  });

  it('can be stopped while they run', async () => {
    let aborted = false;
    google.portal.preflight = ({ signal }) =>
      new Promise((_, reject) => {
        signal!.addEventListener('abort', () => {
          aborted = true;
          reject(signal!.reason);
        });
      });
    renderPageOn(google);
    await press('Check deployment');
    const region = within(await part());
    expect(
      await region.findByText('Asking Google, five seconds at most', {}, WAIT),
    ).toBeVisible();
    await press('Stop');
    await waitFor(() => expect(aborted).toBe(true));
    expect(region.queryByText(/Error/)).not.toBeInTheDocument();
    google.portal.preflight = () => new Response(JSON.stringify(CHECKED));
    await press('Check deployment');
    expect(
      await region.findByText('1 ok, 1 no, 1 unknown', {}, WAIT),
    ).toBeVisible();
  });

  it('say why the portal gives no result', async () => {
    google.portal.preflight = () => new Response('{}', { status: 503 });
    renderPageOn(google);
    await press('Check deployment');
    const region = within(await part());
    expect(await region.findByText(/HTTP 503/, {}, WAIT)).toBeVisible();
  });
});
