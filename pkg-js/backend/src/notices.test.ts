import { mockServices } from '@backstage/backend-test-utils';
import { Notices } from './notices';
import type { Row } from './deployments/row';

const row = {
  id: '11111111-1111-4111-8111-111111111111',
  kind: 'deploy',
  entity_ref: 'component:default/fraud-detector',
  environment: null,
  user_ref: 'user:default/alice',
  life: JSON.stringify({
    state: 'failed',
    diagnostics: [
      { code: 'google/quota', severity: 'error', message: 'no quota' },
    ],
  }),
  starts_at: null,
} as Row;

function notices(send: (options: any) => Promise<void>, relations: object[]) {
  const catalog = { getEntityByRef: async () => ({ relations }) };
  return new Notices({
    auth: mockServices.auth(),
    catalog: catalog as any,
    logger: mockServices.logger.mock(),
    notifications: { send },
  });
}

describe('notices', () => {
  it('tell the reason of a failure to the starter alone', async () => {
    const sent: any[] = [];
    const owned = [{ type: 'ownedBy', targetRef: 'group:default/ml' }];
    const told = notices(async it => void sent.push(it), owned);
    expect(await told.send(row)).toBe(true);
    expect(
      sent.map(({ recipients, payload }) => [
        recipients.entityRef,
        recipients.excludeEntityRef,
        payload.description,
      ]),
    ).toEqual([
      ['user:default/alice', undefined, 'no quota'],
      [['group:default/ml'], 'user:default/alice', undefined],
    ]);
  });

  it('are sent again where that failed, and once where not', async () => {
    let isDown = true;
    const sent: any[] = [];
    const told = notices(async it => {
      if (isDown) throw new Error('503');
      sent.push(it);
    }, []);
    expect(await told.send(row)).toBe(false);
    isDown = false;
    expect(await told.send(row)).toBe(true);
    expect(await told.send(row)).toBe(true);
    expect(sent).toHaveLength(1);
  });
});
