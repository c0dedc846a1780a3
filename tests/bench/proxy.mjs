// Latency of the module on a warm path: the same call through Backstage's own proxy with a fixed token and through `vertex-ai`, in one
// backend, in turns. Both end at a small server here that answers at once.
//
//   node tests/bench/proxy.mjs       prints one JSON line for each figure
//
// Figures without a prefix are taken with Backstage's permission framework off, its default. Under `proxy.permission_framework.` it is on:
// the module asks the permission backend, the stock proxy does not. There, reads, predictions and changes have keys of their own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { createRequire } from 'node:module';
import { createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const ROUNDS = 24;
const CALLS = 250;
const WARM_UP = 1500;
/** Rounds, calls a round and warm-up of each kind of call. */
const KINDS = { rounds: 8, calls: 100, warmUp: 300 };
/** Maximum time that the backend takes to start, in milliseconds. */
const PATIENCE = 120_000;

const FOLDER = 'target/bench/proxy';
const ENDPOINT =
  'v1/projects/acme-ml/locations/us-central1/endpoints/fraud-detector';
const PREDICTION = {
  verb: 'POST',
  path: `${ENDPOINT}:predict`,
  body: JSON.stringify({ instances: [{ text: 'x'.repeat(1000) }] }),
};
const READ = { verb: 'GET', path: ENDPOINT };
const CHANGE = {
  verb: 'POST',
  path: `${ENDPOINT}:undeployModel`,
  body: JSON.stringify({ deployedModelId: '1' }),
};
const ANSWER = JSON.stringify({
  predictions: [{ score: 0.93 }],
  deployedModelId: '1',
});

if (process.argv.includes('--backend')) {
  await serve();
} else {
  await measure();
}

/** The backend under measurement, as in a portal; started with the CLI's transform for TypeScript. */
async function serve() {
  const require = createRequire(
    new URL('../../www/backend/package.json', import.meta.url),
  );
  const { createBackend } = require('@backstage/backend-defaults');
  const backend = createBackend();
  for (const feature of [
    '@backstage/plugin-auth-backend',
    '@backstage/plugin-auth-backend-module-guest-provider',
    // A change asks it who claims the endpoint.
    '@backstage/plugin-catalog-backend',
    '@backstage/plugin-permission-backend',
    '@backstage/plugin-proxy-backend',
    '@backstage-vertex-ai/plugin-proxy-backend-module-vertex-ai',
  ]) {
    backend.add(require(feature).default);
  }
  backend.add(allowAll(require));
  // The parent holds the other end: this process does not outlive it.
  process.stdin.resume().once('end', () => process.exit());
  await backend.start();
}

/** A policy that allows everything, so that only the framework's cost is measured. `load` resolves packages of the demo's backend. */
function allowAll(load) {
  const { createBackendModule } = load('@backstage/backend-plugin-api');
  const { policyExtensionPoint } = load(
    '@backstage/plugin-permission-node/alpha',
  );
  return createBackendModule({
    pluginId: 'permission',
    moduleId: 'allow-all',
    register(reg) {
      reg.registerInit({
        deps: { policy: policyExtensionPoint },
        async init({ policy }) {
          policy.setPolicy({ handle: async () => ({ result: 'ALLOW' }) });
        },
      });
    },
  });
}

async function measure() {
  const upstream = await startUpstream();
  try {
    for (const permission of [false, true]) {
      const { baseUrl, stop } = await startBackend(upstream.port, permission);
      try {
        const prefix = permission ? 'proxy.permission_framework.' : 'proxy.';
        await compare(baseUrl, prefix);
        if (permission) await compareKinds(baseUrl, prefix);
      } finally {
        await stop();
      }
    }
  } finally {
    upstream.server.close();
    upstream.server.closeAllConnections();
  }
}

/** One call through both proxies, in turns. `tokens`: Backstage's, one for each call where there are several. */
async function race(baseUrl, call, tokens, { rounds, calls, warmUp }) {
  const ways = {
    stock: caller(`${baseUrl}/api/proxy/fixed/${call.path}`, call, tokens),
    ours: caller(
      `${baseUrl}/api/proxy/vertex-ai/aiplatform/${call.path}`,
      call,
      tokens,
    ),
  };
  const times = { stock: [], ours: [] };
  for (const way of Object.values(ways)) {
    for (let i = 0; i < warmUp; i += 1) await way();
  }
  for (let round = 0; round < rounds; round += 1) {
    // The order alternates.
    const order = round % 2 ? ['stock', 'ours'] : ['ours', 'stock'];
    for (const way of order) {
      for (let i = 0; i < calls; i += 1) {
        const since = process.hrtime.bigint();
        await ways[way]();
        times[way].push(Number(process.hrtime.bigint() - since) / 1000);
      }
    }
  }
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  return times;
}

function at(list, share) {
  return list[Math.floor(list.length * share)];
}

function print(figures) {
  for (const [key, value] of Object.entries(figures)) {
    console.log(JSON.stringify({ key, value: Number(value.toFixed(3)) }));
  }
}

async function compare(baseUrl, prefix) {
  const token = await signIn(baseUrl);
  const { stock, ours } = await race(baseUrl, PREDICTION, [token], {
    rounds: ROUNDS,
    calls: CALLS,
    warmUp: WARM_UP,
  });
  print({
    [`${prefix}warm_p50_ratio`]: at(ours, 0.5) / at(stock, 0.5),
    [`${prefix}warm_p99_ratio`]: at(ours, 0.99) / at(stock, 0.99),
    [`${prefix}stock_p50_us`]: at(stock, 0.5),
    [`${prefix}ours_p50_us`]: at(ours, 0.5),
  });
}

/** Kinds of calls, each with a key of its own. */
async function compareKinds(baseUrl, prefix) {
  const token = await signIn(baseUrl);
  const { rounds, calls, warmUp } = KINDS;
  // A read is a first one for credentials that have not read yet.
  const fresh = [];
  while (fresh.length < rounds * calls + warmUp) {
    fresh.push(await signIn(baseUrl));
  }
  const kinds = {
    repeated_reads: [READ, [token]],
    first_reads: [READ, fresh],
    predictions: [PREDICTION, [token]],
    changes: [CHANGE, [token]],
  };
  for (const [kind, [call, tokens]] of Object.entries(kinds)) {
    const { stock, ours } = await race(baseUrl, call, tokens, KINDS);
    print({
      [`${prefix}${kind}.p50_ratio`]: at(ours, 0.5) / at(stock, 0.5),
      [`${prefix}${kind}.stock_p50_us`]: at(stock, 0.5),
      [`${prefix}${kind}.ours_p50_us`]: at(ours, 0.5),
    });
  }
}

/** Google's part: exchanges every assertion, and gives every call the same answer. */
async function startUpstream() {
  const token = JSON.stringify({
    access_token: 'a-token',
    token_type: 'Bearer',
    expires_in: 3600,
  });
  const server = createServer((incoming, response) => {
    const text = incoming.url === '/v1/token' ? token : ANSWER;
    incoming.resume().once('end', () => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      });
      response.end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: server.address().port };
}

async function startBackend(upstreamPort, permission) {
  const port = await freePort();
  const baseUrl = `http://localhost:${port}`;
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const config = {
    app: { baseUrl },
    backend: {
      baseUrl,
      listen: { host: '127.0.0.1', port },
      database: { client: 'better-sqlite3', connection: ':memory:' },
    },
    auth: {
      environment: 'production',
      providers: { guest: { dangerouslyAllowOutsideDevelopment: true } },
    },
    permission: { enabled: permission },
    proxy: {
      endpoints: {
        '/fixed': {
          target: upstream,
          credentials: 'require',
          headers: { Authorization: 'Bearer a-token' },
        },
      },
    },
    vertexAi: {
      projects: [{ project: 'acme-ml', locations: ['us-central1'] }],
      identity: {
        audience:
          '//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/backstage/providers/portal',
      },
      // The price of a recorded change is measured on a direct one.
      directChanges: 'allow',
      emulator: { url: upstream },
    },
  };
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/app-config.yaml`;
  writeFileSync(file, JSON.stringify(config));
  const transform = createRequire(import.meta.url).resolve(
    '@backstage/cli/config/nodeTransform.cjs',
  );
  const child = spawn(
    process.execPath,
    [
      '--require',
      transform,
      fileURLToPath(import.meta.url),
      '--backend',
      '--config',
      file,
    ],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'warn' },
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said = `${said}${chunk}`.slice(-5000);
    });
  }
  const stop = async () => {
    if (child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const until = Date.now() + PATIENCE;
  for (;;) {
    const ready = await fetch(
      `${baseUrl}/.backstage/health/v1/readiness`,
    ).catch(() => undefined);
    if (ready?.ok) return { baseUrl, stop };
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the backend did not start:\n${said}`);
    }
    await new Promise(resolve => setTimeout(resolve, 200));
  }
}

async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function signIn(baseUrl) {
  const response = await fetch(`${baseUrl}/api/auth/guest/refresh`, {
    headers: { 'x-requested-with': 'XMLHttpRequest' },
  });
  const { backstageIdentity } = await response.json();
  if (!backstageIdentity)
    throw new Error(`the guest cannot sign in: HTTP ${response.status}`);
  return backstageIdentity.token;
}

/** One call through `address`, over one connection that is kept. Each call has the next of the tokens. */
function caller(address, { verb, body }, tokens) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const content = body && {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  let made = 0;
  return () =>
    new Promise((resolve, reject) => {
      const authorization = `Bearer ${tokens[made % tokens.length]}`;
      made += 1;
      const headers = { authorization, ...content };
      const options = { method: verb, agent, headers };
      const call = request(address, options, response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', chunk => {
          text += chunk;
        });
        response.once('error', reject);
        response.once('end', () => {
          if (response.statusCode === 200 && text === ANSWER) resolve();
          else
            reject(
              new Error(`${address} answered ${response.statusCode}: ${text}`),
            );
        });
      });
      call.once('error', reject);
      call.end(body);
    });
}
