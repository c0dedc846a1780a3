import { validate } from '@backstage-vertex-ai/core';
import { mockCredentials } from '@backstage/backend-test-utils';
import mcpPlugin from '@backstage/plugin-mcp-actions-backend';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { component, startPortal, yaml } from '../__testUtils__/portal';

jest.setTimeout(60_000);

const ACTIONS = '/api/catalog/.backstage/actions/v1/actions';
const ID = 'catalog:validate-vertex-ai-annotations';
const wrong = component('churn', {
  'google.com/vertex-ai-machine-type': 'n1-standart-4',
});
const text = yaml(wrong);
const getEntityByRef = jest.fn();

let portal: Awaited<ReturnType<typeof startPortal>>;
beforeAll(async () => {
  const catalog = catalogServiceMock.mock({ getEntityByRef });
  portal = await startPortal({
    vertexAi: { rules: { 'model/unpinned': 'error' } },
    features: [catalog.factory, mcpPlugin],
  });
});
afterAll(() => portal.stop());
beforeEach(() => getEntityByRef.mockReset());

const invoke = (input: object, authorization?: string) =>
  portal.ask(
    `${ACTIONS}/${encodeURIComponent(ID)}/invoke`,
    input,
    authorization,
  );

describe('over HTTP', () => {
  it('is listed as a read-only action', async () => {
    const { body } = await portal.ask(ACTIONS);
    const action = body.actions.find(({ id }: { id: string }) => id === ID);
    expect(action.attributes).toEqual({
      readOnly: true,
      idempotent: true,
      destructive: false,
    });
    expect(Object.keys(action.schema.input.properties)).toEqual([
      'entityRef',
      'text',
      'environment',
    ]);
  });

  it('returns the findings of the core for a text, byte for byte', async () => {
    const { status, body } = await invoke({ text });
    expect(status).toBe(200);
    expect(JSON.stringify(body.output.diagnostics)).toBe(
      JSON.stringify(validate({ source: { text } }).diagnostics),
    );
    expect(body.output).toMatchObject({ valid: false, waived: [] });
    expect(body.output.diagnostics[0]).toMatchObject({
      code: 'machine-type/unknown',
      where: { start: { line: 10 } },
      fix: { edits: [{ value: 'n1-standard-4' }] },
    });
  });

  it('applies the configured rules', async () => {
    const unpinned = component('fraud', {
      'google.com/vertex-ai-model': 'fraud',
    });
    const { body } = await invoke({ text: yaml(unpinned) });
    expect(body.output.valid).toBe(false);
    expect(body.output.diagnostics).toMatchObject([
      { code: 'model/unpinned', severity: 'error' },
    ]);
  });

  it('reads an entity with the credentials of the caller', async () => {
    getEntityByRef.mockResolvedValue(wrong);
    const jane = mockCredentials.user('user:default/jane');
    const { body } = await invoke(
      { entityRef: 'component:default/churn' },
      mockCredentials.user.header(jane.principal.userEntityRef),
    );
    expect(body.output.valid).toBe(false);
    const [[ref, { credentials }]] = getEntityByRef.mock.calls;
    expect(ref).toBe('component:default/churn');
    expect(credentials.principal).toMatchObject(jane.principal);
  });

  it('rejects a hidden entity, ambiguous input and an unauthenticated caller', async () => {
    getEntityByRef.mockResolvedValue(undefined);
    const hidden = await invoke({ entityRef: 'component:default/hidden' });
    expect(hidden.status).toBe(404);
    for (const input of [{}, { text, entityRef: 'component:default/churn' }]) {
      const { status, body } = await invoke(input);
      expect(status).toBe(400);
      expect(body.error.message).toContain('exactly one');
    }
    const unknown = await invoke({ text }, mockCredentials.none.header());
    expect(unknown.status).toBe(401);
  });
});

describe('over MCP', () => {
  it('is listed and callable as a tool', async () => {
    const client = new Client({ name: 'agent', version: '1.0.0' });
    await client.connect(
      new StreamableHTTPClientTransport(
        new URL(`${portal.origin}/api/mcp-actions/v1`),
        {
          requestInit: {
            headers: { authorization: mockCredentials.user.header() },
          },
        },
      ),
    );
    const { tools } = await client.listTools();
    const tool = tools.find(({ name }) => name === ID.replace(':', '.'));
    expect(tool).toMatchObject({
      annotations: { readOnlyHint: true, destructiveHint: false },
    });

    const { structuredContent } = await client.callTool({
      name: tool!.name,
      arguments: { text },
    });
    expect(structuredContent).toMatchObject({
      valid: false,
      diagnostics: [{ code: 'machine-type/unknown' }],
    });

    const failed = await client.callTool({ name: tool!.name, arguments: {} });
    expect(failed.isError).toBe(true);
    expect(JSON.stringify(failed.content)).toContain('exactly one');
    await client.close();
  });
});
