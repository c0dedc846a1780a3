/** A running deployment on the tab of its entity. */
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FAILED, LOG, RUNNING } from '../__testUtils__/deployments';
import { FakeGoogle, fraudDetector, SERVING } from '../__testUtils__/google';
import { renderPageOn, rows, section, WAIT } from '../__testUtils__/page';

// Queries by role are slow on long tables.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
  google.endpoint = SERVING;
});

const renderPage = (options?: Parameters<typeof renderPageOn>[1]) =>
  renderPageOn(google, options);

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
