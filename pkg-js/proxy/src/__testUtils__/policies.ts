import { type Answer, type FakeGoogle, json } from './google';

/** To whom something is given. */
export const MEMBER = 'group:ml-team@acme.example';

/** Google's allow policies, each by the path that it has at Google; whoever asks may read and write them. */
export class Policies {
  /** Where one was written, in order. */
  readonly written: string[] = [];
  /** Nobody may read or write them. */
  denied = false;
  /** Calls whose path has this in it are answered otherwise. */
  except?: { part: string; answer: Answer };
  private readonly policies = new Map<string, object>();

  constructor(google: FakeGoogle) {
    google.answer = async (response, received) => {
      const { path, body } = received;
      const [resource, verb] = path.split('?')[0].slice(1).split(':');
      if (this.except && path.includes(this.except.part)) {
        await this.except.answer(response, received);
      } else if (this.denied) {
        const error = { status: 'PERMISSION_DENIED', message: 'denied' };
        json(response, { error }, 403);
      } else if (verb === 'setIamPolicy') {
        this.written.push(resource);
        this.policies.set(resource, JSON.parse(body).policy);
        json(response, this.of(resource));
      } else {
        json(response, this.of(resource));
      }
    };
  }

  /** Gives something besides what somebody else has there. */
  give(resource: string, role: string, member = MEMBER) {
    this.policies.set(resource, {
      version: 1,
      etag: 'a',
      bindings: [
        { role: 'roles/other', members: ['user:other@acme.example'] },
        { role, members: [member] },
      ],
    });
  }

  holds(resource: string, member = MEMBER): boolean {
    return JSON.stringify(this.of(resource)).includes(member);
  }

  private of(resource: string): object {
    return this.policies.get(resource) ?? { version: 1, etag: 'a' };
  }
}
