// Deployments and changes that survive kills, lost answers, outages, cancellations and other users: rounds with random faults, each
// checked against the emulator's own log. `SEED` chooses other faults, `ROUNDS` sets the length of a run, `FIRST` its first round, `OUTAGE`
// the seconds of an outage, `STARTS` how often two replicas start at once. With `HOUR=1`, a deployment of an hour of Google is all that is
// played: fifteen minutes.
import { mkdirSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { writeCatalog } from './catalog.mjs';
import { isReady } from './clients.mjs';
import { startAtOnce } from './fresh.mjs';
import { anHour, TOKEN_MINUTES } from './hour.mjs';
import { restore } from './restored.mjs';
import { play, playAgain } from './round.mjs';
import { artifacts, Portal, postgres, startEmulator } from './servers.mjs';

const seed = process.env.SEED ?? '4';
/** Two rounds of deployments strike with each kind of fault once; the third one plays the other kinds of changes. */
const rounds = Number(process.env.ROUNDS ?? '3');
/** The first round: the same seed and number are the same round. */
const first = Number(process.env.FIRST ?? '1');
/** How often two replicas start at once on a database without our tables. */
const starts = Number(process.env.STARTS ?? '3');

test(
  'a deployment outlives its session',
  { skip: !process.env.HOUR },
  async () => {
    rmSync(artifacts, { recursive: true, force: true });
    const auth = { backstageTokenExpiration: { minutes: TOKEN_MINUTES } };
    const portal = new Portal(writeCatalog([], { auth }), isReady);
    const cloud = await startEmulator();
    try {
      await portal.start({ together: false });
      await anHour(portal);
    } finally {
      await portal.stop();
      await cloud.kill();
    }
  },
);

const isShort = !process.env.HOUR;
test(`deployments survive, seed ${seed}`, { skip: !isShort }, async context => {
  rmSync(artifacts, { recursive: true, force: true });
  mkdirSync(artifacts, { recursive: true });
  const portal = new Portal(writeCatalog(), isReady);
  const cloud = await startEmulator();
  try {
    await portal.start({ together: false });
    for (let number = 1; postgres && number <= starts; number++) {
      await context.test(`start ${number} of two replicas at once`, () =>
        startAtOnce(portal),
      );
    }
    const missed = [];
    for (let round = first; round < first + rounds; round++) {
      await context.test(`round ${round}`, async () => {
        missed.push(...(await play(portal, cloud, seed, round)));
      });
    }
    if (missed.length > 0) {
      const what = `again: ${missed.join(', ')}`;
      await context.test(what, () => playAgain(portal, seed, missed));
    }
    if (!postgres && first === 1) {
      await context.test('a restored database', () => restore(portal));
    }
  } finally {
    await portal.stop();
    await cloud.kill();
  }
});
