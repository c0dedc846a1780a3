import { discoveryApiRef, fetchApiRef } from '@backstage/core-plugin-api';
import {
  mockApis,
  renderInTestApp,
  TestApiProvider,
} from '@backstage/frontend-test-utils';
import { EntityProvider } from '@backstage/plugin-catalog-react';
import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import {
  FakeGoogle,
  fraudDetector,
  PORTAL,
  SERVING,
} from '../__testUtils__/google';
import { VertexAiCard } from './VertexAiCard';

// A file of its own: the core is loaded once per file, and this test needs it unloaded.
it('shows why the core cannot be loaded, and loads it on retry', async () => {
  const google = new FakeGoogle();
  google.endpoint = SERVING;
  const forbidden = jest.spyOn(WebAssembly, 'Module').mockImplementation(() => {
    throw new WebAssembly.CompileError(
      "Refused to compile or instantiate WebAssembly module because neither 'wasm-eval' nor 'unsafe-eval' is an allowed source of script",
    );
  });
  renderInTestApp(
    <TestApiProvider
      apis={[
        [discoveryApiRef, mockApis.discovery({ baseUrl: PORTAL })],
        [fetchApiRef, { fetch: google.fetch }],
      ]}
    >
      <EntityProvider entity={fraudDetector()}>
        <VertexAiCard />
      </EntityProvider>
    </TestApiProvider>,
  );

  expect(
    await screen.findByText('Vertex AI cannot be shown in this browser'),
  ).toBeInTheDocument();
  expect(
    screen.getByText(/Refused to compile.*script-src must include/),
  ).toBeInTheDocument();
  expect(google.calls).toEqual([]);

  forbidden.mockRestore();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Serving version 3')).toBeInTheDocument();
});
