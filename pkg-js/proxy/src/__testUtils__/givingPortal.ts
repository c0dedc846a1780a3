import type { SchedulerServiceTaskScheduleDefinition } from '@backstage/backend-plugin-api';
import { mockServices } from '@backstage/backend-test-utils';
import type { Knex } from 'knex';
import { AuditRecords } from '../audit';
import { deploying } from './entities';
import { FakeGoogle } from './google';
import { MEMBER, Policies } from './policies';
import { type Answer, type Ask, ENDPOINT, Portal } from './portal';

export const HOUR = 3_600_000;
export const GRANTS = '/api/proxy/vertex-ai/grants';
/** The paths that policies have at Google. */
export const FRAUD = `v1beta1/${ENDPOINT}`;
export const CHURN = FRAUD.replace('fraud', 'churn');

const EMAIL = 'serving@acme-ml.iam.gserviceaccount.com';
export const ACCOUNT = `projects/acme-ml/serviceAccounts/${EMAIL}`;
/** An entity whose model runs as this account: two rights are recorded by name then. */
export const ACTING = {
  annotations: { 'google.com/vertex-ai-service-account': EMAIL },
};

export const NUMBER = '123456789012';
/** Configuration that says the project's number, too. */
export const NUMBERED = {
  projects: [
    { project: 'acme-ml', number: NUMBER, locations: ['us-central1'] },
  ],
};

interface Asked {
  name?: string;
  annotations?: Record<string, string>;
}

/** A request for rights that last for so long from now, in milliseconds. */
export const asked = (
  lasts: number,
  { name = 'fraud-detector', annotations }: Asked = {},
) => ({
  source: { entity: deploying(annotations, name) },
  principal: MEMBER,
  found: { model: true, endpoint: true, deployment: false },
  expiresAt: new Date(Date.now() + lasts).toISOString(),
});

/** What alice is about to call, for the audit trail. */
export const intention = {
  userRef: 'user:default/alice',
  ownership: [],
  method: 'aiplatform.projects.locations.endpoints.setIamPolicy',
  resource: ENDPOINT,
  reason: '',
};

/** The header of a call that gives something under a record. */
export const under = (id: string) => ({ 'x-vertex-ai-grant': id });

/** A portal through which alice gives rights, in front of a Google that keeps policies; a test says when it cleans up. */
export class GivingPortal extends Portal {
  readonly policies: Policies;
  /** What was scheduled. */
  task!: SchedulerServiceTaskScheduleDefinition & {
    fn(signal: AbortSignal): Promise<void>;
  };

  private constructor(
    readonly google: FakeGoogle,
    private readonly client: Knex,
  ) {
    super();
    this.policies = new Policies(google);
  }

  static async launch(client: Knex): Promise<GivingPortal> {
    const google = await FakeGoogle.start();
    const portal = new GivingPortal(google, client);
    return portal.start(Portal.settings(google));
  }

  override start(settings: object): Promise<this> {
    return super.start(
      settings,
      mockServices.database.mock({ getClient: async () => this.client })
        .factory,
      mockServices.scheduler.mock({
        scheduleTask: async task => {
          this.task = task as GivingPortal['task'];
        },
      }).factory,
    );
  }

  /** Starts anew on the same database. */
  async restart(vertexAi: object = {}) {
    await this.stop();
    const settings = Portal.settings(this.google);
    await this.start({
      ...settings,
      vertexAi: { ...settings.vertexAi, ...vertexAi },
    });
  }

  async close() {
    await this.stop();
    await this.google.stop();
  }

  cleanUp(signal = new AbortController().signal): Promise<void> {
    return this.task.fn(signal);
  }

  /** Lets time pass: as if all that was recorded had been as much earlier. */
  async pass(millis: number) {
    const times = {
      vertex_ai_grants: ['created_at', 'ends_at', 'next_try_at'],
      vertex_ai_audit: ['created_at'],
    };
    for (const [table, columns] of Object.entries(times)) {
      for (const row of await this.database(table)) {
        const earlier = columns.map(column => [
          column,
          new Date(Date.parse(row[column]) - millis).toISOString(),
        ]);
        await this.database(table)
          .where({ id: row.id })
          .update(Object.fromEntries(earlier));
      }
    }
  }

  /** The records of rights, the first one first. */
  rows(): Promise<any[]> {
    return this.database('vertex_ai_grants').orderBy('created_at');
  }

  row(id: string): Promise<any> {
    return this.database('vertex_ai_grants').where({ id }).first();
  }

  /** The rights of a record that no date ends, by name. */
  async rightsOf(id: string): Promise<string[]> {
    return JSON.parse((await this.row(id)).undated);
  }

  /** Records rights as alice, and gives the record's id. */
  async recordRights(body: object): Promise<string> {
    const { status, text } = await this.ask({ path: GRANTS, body });
    if (status !== 201) throw new Error(`not recorded: ${status} ${text}`);
    return JSON.parse(text).id;
  }

  /** Has alice have given what is recorded. */
  async giveRecorded(id: string) {
    const audit = new AuditRecords(this.database);
    for (const right of await this.rightsOf(id)) {
      const [resource, role, member] = right.split(' ');
      const isAccount = resource.includes('/serviceAccounts/');
      const version = isAccount ? 'v1' : 'v1beta1';
      this.policies.give(`${version}/${resource}`, role, member);
      const call = `${id} ${resource}`;
      await audit.begin({ ...intention, id: call, resource, grant: id });
      await audit.settle({
        id: call,
        outcome: 'succeeded',
        over: ['pending'],
        status: 200,
      });
    }
  }

  /** Both: the rights that last for so long are recorded, and were given. */
  async give(lasts: number, more?: Asked): Promise<string> {
    const id = await this.recordRights(asked(lasts, more));
    await this.giveRecorded(id);
    return id;
  }

  /** Has alice set a policy through the portal: it holds nothing but this right. */
  setPolicy(
    more: Partial<Ask> = {},
    right = `${ENDPOINT} roles/other user:other@acme.example`,
  ): Promise<Answer> {
    const [resource, role, member] = right.split(' ');
    const isAccount = resource.includes('/serviceAccounts/');
    const service = isAccount ? 'iam/v1' : 'aiplatform/v1beta1';
    const bindings = [{ role, members: [member] }];
    return this.ask({
      path: `/api/proxy/vertex-ai/${service}/${resource}:setIamPolicy`,
      body: { policy: { version: 3, etag: 'a', bindings } },
      ...more,
    });
  }
}
