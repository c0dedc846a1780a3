/** Deployments on the status card: running, scheduled and failed ones. */
import { act, screen, waitFor } from '@testing-library/react';
import { headline, renderCardOn } from '../__testUtils__/card';
import { RUNNING, SCHEDULED } from '../__testUtils__/deployments';
import { deployment, FakeGoogle, SERVING } from '../__testUtils__/google';
import { VertexAiCard } from './VertexAiCard';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = () => renderCardOn(google, <VertexAiCard />);

describe('deployments on the status card', () => {
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
});
