import { ConfigReader } from '@backstage/config';
import { Portal } from './__testUtils__/portal';
import { readBounds, readRetention } from './config';

const TOKEN = 'token-in-a-value';
let portal: Portal;
afterEach(() => portal?.stop());

const warned = () =>
  portal.logs.some(line => line.includes('scaffolder.taskRecovery.enabled'));

describe('the plugin', () => {
  it('warns at its start where tasks are not recovered', async () => {
    portal = await new Portal().start();
    expect(warned()).toBe(true);
  });

  it('does not warn where they are', async () => {
    portal = await new Portal().start({
      scaffolder: { taskRecovery: { enabled: true } },
    });
    expect(warned()).toBe(false);
  });

  it('shows nothing of a database error to a caller or in a log', async () => {
    portal = await new Portal().start();
    await portal.database.schema.dropTable('vertex_ai_events');
    const { status, body } = await portal.startDeployment({ key: TOKEN });
    expect(status).toBe(503);
    for (const text of [JSON.stringify(body), portal.logs.join('\n')]) {
      expect(text).not.toContain(TOKEN);
      expect(text).not.toMatch(/insert into|select |no such table/i);
    }
    expect(portal.logs.join('\n')).toContain('the database failed: SQLITE');
    expect(portal.proxied).toEqual([]);
  });

  it('bounds what one user and one entity occupy', () => {
    const of = (deployments: object) =>
      readBounds(new ConfigReader({ vertexAi: { deployments } } as any));
    const usual = {
      runningPerEntity: 20,
      runningPerUser: 200,
      streamsPerUser: 20,
    };
    expect(of({})).toEqual(usual);
    for (const name of Object.keys(usual)) {
      expect(of({ [name]: 7 })).toEqual({ ...usual, [name]: 7 });
      for (const wrong of [0, 10_001, 1.5]) {
        expect(() => of({ [name]: wrong })).toThrow(
          `vertexAi.deployments.${name}`,
        );
      }
    }
  });

  it('keeps deployments for a configured number of days', () => {
    const of = (retention?: unknown) =>
      readRetention(
        new ConfigReader({ vertexAi: { deployments: { retention } } } as any),
      );
    expect(of()).toBe(365);
    expect(of(30)).toBe(30);
    for (const wrong of [0, 3651, 1.5]) {
      expect(() => of(wrong)).toThrow('vertexAi.deployments.retention');
    }
  });
});
