/** The status card for users of a keyboard or a screen reader. */
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { headline, renderCardOn } from '../__testUtils__/card';
import { FakeGoogle, refusal, SERVING } from '../__testUtils__/google';
import { VertexAiCard } from './VertexAiCard';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = () => renderCardOn(google, <VertexAiCard />);

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
