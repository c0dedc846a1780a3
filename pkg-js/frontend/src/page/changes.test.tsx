import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FAILED, SUCCEEDED } from '../__testUtils__/deployments';
import { FakeGoogle, fraudDetector, SERVING } from '../__testUtils__/google';
import { renderPageOn, rows, section, WAIT } from '../__testUtils__/page';

// Queries by role are slow on long tables.
jest.setTimeout(30_000);

let google: FakeGoogle;
const ENTITY = 'component:default/fraud-detector';

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
});

/** Opens the dialog of a button, and returns it. */
async function open(button: string, title: string) {
  await userEvent.click(
    await screen.findByRole('button', { name: button }, WAIT),
  );
  return within(await screen.findByRole('dialog', { name: title }));
}

/** The button that sends a dialog's form. */
const submit = (dialog: ReturnType<typeof within>, name: string) =>
  dialog.getByRole('button', { name });

async function fill(field: HTMLElement, text: string) {
  await userEvent.clear(field);
  await userEvent.type(field, text);
}

/** The bodies of what was started. */
const bodies = () => google.portal.starts.map(({ body }) => body);

describe('a deployed model', () => {
  it('is scaled by a dialog, which leads to the running deployment', async () => {
    renderPageOn(google);
    const dialog = await open('Scale fraud-3', 'Scale fraud-3?');
    const max = dialog.getByRole('textbox', {
      name: 'Maximum number of replicas',
    });
    expect(max).toHaveValue('3');
    await fill(max, '5');
    await userEvent.click(submit(dialog, 'Scale'));
    expect(
      await screen.findByRole(
        'heading',
        { name: 'Replicas of fraud-detector@3' },
        WAIT,
      ),
    ).toBeInTheDocument();
    expect(bodies()).toEqual([
      {
        kind: 'scale',
        entityRef: ENTITY,
        deployedModelId: '11',
        minReplicas: 1,
        maxReplicas: 5,
      },
    ]);
  });

  it('shows why the portal denies a change, and sends the same one under the same key', async () => {
    google.portal.refusal = '`traffic` is missing or above 100';
    renderPageOn(google);
    const dialog = await open(
      'Shift traffic of fraud-2',
      'Shift traffic of fraud-2?',
    );
    const share = dialog.getByRole('textbox', {
      name: 'Share of the traffic in percent',
    });
    expect(share).toHaveFocus();
    expect(share).toHaveValue('20');
    await fill(share, '120');
    await userEvent.click(submit(dialog, 'Shift traffic'));
    const alert = dialog.getByRole('alert');
    expect(
      await within(alert).findByText(/is missing or above 100/, {}, WAIT),
    ).toBeVisible();
    // By keyboard, too.
    await userEvent.type(share, '{Enter}');
    await waitFor(() => expect(bodies()).toHaveLength(2));
    await fill(share, '50');
    await userEvent.click(submit(dialog, 'Shift traffic'));
    await waitFor(() => expect(bodies()).toHaveLength(3));
    const [first, second, third] = google.portal.starts;
    expect(first.body).toMatchObject({ kind: 'traffic', traffic: 120 });
    expect(second).toEqual(first);
    expect(third.body).toMatchObject({ traffic: 50 });
    expect(third.key).not.toBe(first.key);
    expect(first.key).toMatch(/^[0-9a-f]{32}$/);
  });

  it('waits for a number', async () => {
    renderPageOn(google);
    const dialog = await open('Scale fraud-2', 'Scale fraud-2?');
    const min = dialog.getByRole('textbox', {
      name: 'Minimum number of replicas',
    });
    await fill(min, 'two');
    expect(min).toBeInvalid();
    expect(submit(dialog, 'Scale')).toBeDisabled();
    await userEvent.type(min, '{Enter}');
    expect(bodies()).toEqual([]);
  });

  it('is undeployed, alone or with every version', async () => {
    renderPageOn(google);
    const dialog = await open('Undeploy fraud-2', 'Undeploy fraud-2?');
    google.portal.refusal = 'not now';
    await userEvent.click(submit(dialog, 'Undeploy'));
    await userEvent.click(
      dialog.getByRole('radio', { name: /^Every version .* at the endpoint$/ }),
    );
    await userEvent.click(submit(dialog, 'Undeploy'));
    await waitFor(() =>
      expect(bodies()).toEqual([
        { kind: 'undeploy', entityRef: ENTITY, deployedModelId: '10' },
        { kind: 'undeploy', entityRef: ENTITY, all: true },
      ]),
    );
  });

  it('is undeployed with the endpoint only when its id was typed', async () => {
    renderPageOn(google);
    const dialog = await open('Undeploy fraud-2', 'Undeploy fraud-2?');
    await userEvent.click(
      dialog.getByRole('radio', { name: /and the endpoint$/ }),
    );
    expect(submit(dialog, 'Undeploy')).toBeDisabled();
    const confirmation = dialog.getByRole('textbox', {
      name: 'Type fraud-detector to delete the endpoint',
    });
    await userEvent.type(confirmation, 'fraud');
    expect(submit(dialog, 'Undeploy')).toBeDisabled();
    await userEvent.type(confirmation, '-detector');
    await userEvent.click(submit(dialog, 'Undeploy'));
    await waitFor(() =>
      expect(bodies()).toEqual([
        {
          kind: 'undeploy',
          entityRef: ENTITY,
          all: true,
          deleteEndpoint: 'fraud-detector',
        },
      ]),
    );
  });

  it('is changed in its environment', async () => {
    const endpoint = 'google.com/vertex-ai-endpoint';
    const entity = fraudDetector({
      [endpoint]: undefined,
      [`${endpoint}.staging`]: 'fraud-detector',
    });
    renderPageOn(google, { entity });
    const dialog = await open('Undeploy fraud-2', 'Undeploy fraud-2?');
    await userEvent.click(submit(dialog, 'Undeploy'));
    await waitFor(() =>
      expect(bodies()).toMatchObject([{ environment: 'staging' }]),
    );
  });

  it('offers no change that cannot succeed', async () => {
    google.endpoint = { ...SERVING, trafficSplit: { '11': 100 } };
    renderPageOn(google);
    await screen.findByRole(
      'button',
      { name: 'Shift traffic of fraud-2' },
      WAIT,
    );
    expect(
      screen.queryByRole('button', { name: 'Shift traffic of fraud-3' }),
    ).not.toBeInTheDocument();
  });

  it('cannot be changed without the permission, and the page names it', async () => {
    // Decisions about another entity are remembered.
    const entity = fraudDetector();
    entity.metadata.name = 'guarded';
    renderPageOn(google, {
      entity,
      permissions: name => name !== 'vertex-ai.deployment.start',
    });
    expect(
      await screen.findByText(
        /permission vertex-ai.deployment.start/,
        {},
        WAIT,
      ),
    ).toBeVisible();
    for (const name of [/^Scale/, /^Undeploy/, /^Shift/]) {
      expect(screen.queryByRole('button', { name })).not.toBeInTheDocument();
    }
  });
});

describe('a dialog', () => {
  it('opens and closes by keyboard, and gives the focus back', async () => {
    const user = userEvent.setup();
    renderPageOn(google);
    const button = await screen.findByRole(
      'button',
      { name: 'Scale fraud-3' },
      WAIT,
    );
    act(() => button.focus());
    await user.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toContainElement(document.activeElement as HTMLElement);
    await user.keyboard('{Escape}');
    await waitFor(() =>
      expect(screen.queryByRole('dialog')).not.toBeInTheDocument(),
    );
    await waitFor(() => expect(button).toHaveFocus());
    expect(bodies()).toEqual([]);
  });
});

describe('the history', () => {
  it('rolls back to a success that another run has changed', async () => {
    const newer = { ...SUCCEEDED, id: 'newer', model: 'models/fraud@4' };
    google.portal.deployments = [newer, FAILED, SUCCEEDED];
    renderPageOn(google);
    await section('History');
    expect((await rows()).map(row => row.at(-1))).toEqual([
      '',
      '',
      'Roll back',
    ]);
    const dialog = await open(
      'Roll back to fraud-detector@2',
      'Roll back to fraud-detector@2?',
    );
    await userEvent.click(submit(dialog, 'Roll back'));
    await waitFor(() =>
      expect(bodies()).toEqual([
        { kind: 'rollback', entityRef: ENTITY, deployment: SUCCEEDED.id },
      ]),
    );
  });
});
