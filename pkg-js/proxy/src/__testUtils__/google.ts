import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call that reached Google. */
export interface Received {
  verb: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export type Answer = (
  response: http.ServerResponse,
  received: Received,
) => void | Promise<void>;

/** Every secret that Google gives out begins with this: nothing the portal shows or keeps may hold it. */
export const SECRET = 'ya29.not-to-be-seen';

/** Sends an answer in JSON. */
export function json(
  response: http.ServerResponse,
  body: object,
  status = 200,
  headers: http.OutgoingHttpHeaders = {},
) {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...headers,
  });
  response.end(JSON.stringify(body));
}

/** What an assertion says; its signature is the core's concern. */
export function claimsOf(assertion: string): {
  sub: string;
  groups: string[];
  iss: string;
} {
  return JSON.parse(
    Buffer.from(assertion.split('.')[1], 'base64url').toString(),
  );
}

/** Google on loopback: exchanges assertions for tokens, and answers Vertex AI's paths as a test says. */
export class FakeGoogle {
  /** Calls other than token exchanges, in order. */
  readonly received: Received[] = [];
  /** The assertions that were exchanged. */
  readonly assertions: string[] = [];
  /** Awaited before a user gets a token. */
  beforeToken: (sub: string) => Promise<void> = async () => {};
  answer: Answer = response => json(response, { predictions: [0.1] });

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<FakeGoogle> {
    const server = http.createServer();
    const google = new FakeGoogle(server);
    server.on('request', (request, response) =>
      google.handle(request, response),
    );
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return google;
  }

  get url() {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop() {
    if (!this.server.listening) return;
    await new Promise(resolve => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  private async handle(
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ) {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (request.url === '/v1/token') {
      const { subjectToken } = JSON.parse(body);
      this.assertions.push(subjectToken);
      await this.beforeToken(claimsOf(subjectToken).sub);
      json(response, {
        access_token: `${SECRET}.${claimsOf(subjectToken).sub}`,
        token_type: 'Bearer',
        expires_in: 3600,
      });
      return;
    }
    const received = {
      verb: request.method!,
      path: request.url!,
      headers: request.headers,
      body,
    };
    this.received.push(received);
    await this.answer(response, received);
  }
}
