import {
  createMockDirectory,
  mockServices,
} from '@backstage/backend-test-utils';
import * as core from '@backstage-vertex-ai/core/server';
import { readFileSync, symlinkSync } from 'node:fs';
import { entity } from '../../__testUtils__/entities';
import { runAction } from '../../__testUtils__/run';
import { createIamRequestAction } from './iamRequest';

const workspace = createMockDirectory();
const ASKED = {
  entityRef: 'component:default/fraud-detector',
  principal: 'group:ml-team@acme.example',
  days: 7,
};

const run = (input: object) =>
  runAction(
    createIamRequestAction({
      auth: mockServices.auth.mock(),
      catalog: { getEntityByRef: async () => entity } as any,
      discovery: mockServices.discovery.mock(),
      loadCore: async () => core,
    }),
    input,
    { workspacePath: workspace.path },
  );

beforeEach(() => workspace.clear());

describe('vertex:iam:request with files', () => {
  it('writes every rendering into the workspace', async () => {
    const { failure, outputs } = await run({ ...ASKED, folder: 'iam/fraud' });
    expect(failure).toBeUndefined();
    expect(outputs.state).toBe('written');
    for (const file of ['main.tf', 'roles.tf'])
      expect(outputs.files).toContain(`iam/fraud/${file}`);
    const roles = outputs.files.filter((file: string) =>
      file.startsWith('iam/fraud/roles/'),
    );
    expect(roles.length).toBeGreaterThan(1);
    for (const file of outputs.files) {
      expect(readFileSync(workspace.resolve(file), 'utf8')).not.toBe('');
    }
    expect(
      readFileSync(workspace.resolve('iam/fraud/access-request.md'), 'utf8'),
    ).toBe(outputs.explanation);
  });

  it('writes nothing outside the workspace', async () => {
    symlinkSync('/tmp', workspace.resolve('out'));
    for (const folder of ['..', '../x', '/etc/x', 'out']) {
      const { failure, outputs } = await run({ ...ASKED, folder });
      expect(failure?.name).toBe('NotAllowedError');
      expect(outputs.files).toBeUndefined();
    }
  });

  it('writes nothing where there can be no request', async () => {
    const { failure, outputs } = await run({ ...ASKED, principal: 'jane' });
    expect(failure?.message).toContain('iam/principal-malformed');
    expect(outputs).toEqual({});
    expect(workspace.content()).toEqual({});
  });
});
