// Generated catalog files like those of companies, the same for each seed. One in ten has a mistake.

/** Returns a generator of numbers in 0..1 (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEAMS = ['fraud', 'payments', 'search', 'ranking', 'forecast', 'support'];
const LOCATIONS = ['us-central1', 'europe-west4', 'asia-northeast1'];
const MACHINES = [
  ['n1-standard-4'],
  ['n2-standard-8'],
  ['g2-standard-12', 'NVIDIA_L4:1'],
  ['n1-standard-8', 'NVIDIA_TESLA_T4:2'],
];
const MISTAKES = [
  'machine-type: n1-standart-4',
  'replicas: 3-1',
  'location: us-centrall1',
  'traffic: "120"',
  'kms-key: serving',
  'service-account: ada@acme.example',
  'labels: Team=fraud',
];

/** Returns the text of one file. */
function file(number, random) {
  const pick = list => list[Math.floor(random() * list.length)];
  const team = pick(TEAMS);
  const name = `${team}-model-${number}`;
  const location = pick(LOCATIONS);
  const [machine, accelerator] = pick(MACHINES);
  const annotations = [
    `project: acme-${team}`,
    `location: ${location}`,
    `endpoint: ${name}`,
    `model: ${name}@${1 + Math.floor(random() * 40)}`,
    `machine-type: ${machine}`,
    accelerator && `accelerator: ${accelerator}`,
    `replicas: 1-${2 + Math.floor(random() * 4)}`,
    random() < 0.5 &&
      `service-account: ${team}-serving@acme-${team}.iam.gserviceaccount.com`,
    random() < 0.3 && `labels: team=${team},stage=production`,
    random() < 0.2 &&
      `kms-key: projects/acme-${team}/locations/${location}/keyRings/ml/cryptoKeys/serving`,
  ].filter(Boolean);
  if (random() < 0.1) {
    const mistake = pick(MISTAKES);
    const key = mistake.split(':')[0];
    const at = annotations.findIndex(line => line.startsWith(`${key}:`));
    annotations.splice(
      at < 0 ? annotations.length : at,
      at < 0 ? 0 : 1,
      mistake,
    );
  }
  return `# The ${team} team's model, served on Vertex AI.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: ${name}
  title: ${team[0].toUpperCase()}${team.slice(1)} model ${number}
  description: >-
    Scores every ${team} request. Retrained weekly on the last ninety days,
    and deployed by hand once its owner has looked at the evaluation.
  annotations:
    backstage.io/techdocs-ref: dir:.
    github.com/project-slug: acme/${name}
${annotations.map(line => `    google.com/vertex-ai-${line}`).join('\n')}
  tags:
    - ml
    - ${team}
    - python
  links:
    - url: https://dashboards.acme.example/d/${name}
      title: Dashboard
      icon: dashboard
    - url: https://wiki.acme.example/${team}/model-card
      title: Model card
spec:
  type: ml-model
  lifecycle: production
  owner: group:default/${team}
  system: ${team}-platform
  dependsOn:
    - resource:default/${team}-features
  providesApis: [${team}-scores]
`;
}

/** Returns `{ name, bytes }` of `count` files. */
export function corpus(count, seed = 1) {
  const random = numbers(seed);
  return Array.from({ length: count }, (_, number) => ({
    name: `catalog/${number}/catalog-info.yaml`,
    bytes: Buffer.from(file(number, random)),
  }));
}
