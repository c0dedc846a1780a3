/** The container's log on the page of a deployment. */
import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { CANCELLED, FAILED, SUCCEEDED } from '../__testUtils__/deployments';
import { FakeGoogle, SERVING } from '../__testUtils__/google';
import { PAGE, renderPageOn, section, WAIT } from '../__testUtils__/page';

jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
  google.portal.deployments = [FAILED];
});

const render = ({ id } = FAILED) =>
  renderPageOn(google, { path: `${PAGE}/deployments/${id}` });

async function open() {
  render();
  const found = await section('Container log');
  await userEvent.click(within(found).getByText('Show the last lines'));
  return found;
}

const requests = () =>
  google.portal.calls.filter(({ path }) => path.endsWith('/log'));

describe('the log of a container', () => {
  it('is folded, and read once it is opened', async () => {
    render();
    const found = await section('Container log');
    expect(requests()).toEqual([]);
    await userEvent.click(within(found).getByText('Show the last lines'));
    const lines = await within(found).findAllByRole('listitem', {}, WAIT);
    expect(lines.map(line => line.textContent)).toEqual([
      expect.stringContaining('Loading the model'),
      'torch.OutOfMemoryError: CUDA out of memory.',
    ]);
    expect(within(found).getByText(/^Read/)).toBeVisible();
    expect(requests()).toHaveLength(1);
  });

  it.each([
    ['none is kept', {}, /^Container log.*No log is kept/],
    [
      'the container wrote nothing',
      { log: { lines: [] } },
      /The container wrote nothing/,
    ],
    [
      'it could not be read',
      {
        log: {
          lines: [],
          unread: {
            code: 'google/permission-denied',
            severity: 'error',
            message: 'container log cannot be read: no `logging.viewer`',
          },
        },
      },
      /container log cannot be read: no logging.viewer/,
    ],
  ])('says so where %s', async (_, body, text) => {
    google.portal.containerLog = [body, 200];
    const found = await open();
    await screen.findByText(
      /No log is kept|wrote nothing|cannot be read/,
      {},
      WAIT,
    );
    expect(found).toHaveTextContent(text);
  });

  it('shows a refusal of the portal', async () => {
    const diagnostic = {
      code: 'portal/refused',
      severity: 'error',
      message: 'the database is unavailable',
    };
    google.portal.containerLog = [{ diagnostics: [diagnostic] }, 503];
    const found = await open();
    expect(
      await within(found).findByText(/database is unavailable/, {}, WAIT),
    ).toBeVisible();
  });

  it.each([SUCCEEDED, CANCELLED])(
    'is not on the page of others',
    async other => {
      google.portal.deployments = [other];
      render(other);
      await screen.findByLabelText('Facts', {}, WAIT);
      expect(
        screen.queryByRole('region', { name: 'Container log' }),
      ).not.toBeInTheDocument();
    },
  );
});
