/** The status card without a response, or with one that it cannot use. */
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { AFTER_RETRY, headline, renderCardOn } from '../__testUtils__/card';
import { FakeGoogle, json, refusal, SERVING } from '../__testUtils__/google';
import { VertexAiCard } from './VertexAiCard';

// Queries by role are slow where the machine is.
jest.setTimeout(30_000);

let google: FakeGoogle;

beforeEach(() => {
  google = new FakeGoogle();
});

const renderCard = () => renderCardOn(google, <VertexAiCard />);

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
