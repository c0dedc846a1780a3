// Google's locations, machines, accelerators and images, for `rules.mjs`. Sources: those of `src/vertex/{region,machine,image}.rs`.

const list = table =>
  new Set(
    Object.entries(table).flatMap(([start, ends]) =>
      ends.split(' ').map(end => `${start}${end}`),
    ),
  );

export const LOCATIONS = list({
  'africa-south': '1',
  'asia-east': '1 2',
  'asia-northeast': '1 2 3',
  'asia-south': '1 2',
  'asia-southeast': '1 2',
  'australia-southeast': '1 2',
  'europe-central': '2',
  'europe-north': '1 2',
  'europe-southwest': '1',
  'europe-west': '1 2 3 4 6 8 9 12',
  'me-central': '1 2',
  'me-west': '1',
  'northamerica-northeast': '1 2',
  'southamerica-east': '1',
  'southamerica-west': '1',
  'us-central': '1',
  'us-east': '1 4 5 7',
  'us-south': '1',
  'us-west': '1 2 3 4 8',
});

const CPU_MACHINES = list({
  'e2-standard-': '2 4 8 16 32',
  'e2-highmem-': '2 4 8 16',
  'e2-highcpu-': '2 4 8 16 32',
  'n1-standard-': '2 4 8 16 32',
  'n1-highmem-': '2 4 8 16 32',
  'n1-highcpu-': '2 4 8 16 32',
  'n2-standard-': '2 4 8 16 32 48 64 80 96 128',
  'n2-highmem-': '2 4 8 16 32 48 64 80 96 128',
  'n2-highcpu-': '2 4 8 16 32 48 64 80 96',
  'c2-standard-': '4 8 16 30 60',
});

const GPU_FAMILIES = {
  'a2-highgpu-': ['1g 2g:2 4g:4 8g:8', 'NVIDIA_TESLA_A100'],
  'a3-highgpu-': ['1g 2g:2 4g:4 8g:8', 'NVIDIA_H100_80GB'],
  'a4x-highgpu-': ['4g:4', 'NVIDIA_GB200'],
  'g2-standard-': ['4 8 12 16 24:2 32 48:4 96:8', 'NVIDIA_L4'],
};

/** The accelerators of each machine type, `{ kind, count }`; `undefined` for CPU machines. */
export const MACHINES = new Map([
  ...[...CPU_MACHINES].map(name => [name, undefined]),
  ...Object.entries(GPU_FAMILIES).flatMap(([family, [sizes, kind]]) =>
    sizes.split(' ').map(size => {
      const [end, count = '1'] = size.split(':');
      return [`${family}${end}`, { kind, count: Number(count) }];
    }),
  ),
]);

/** Accelerators that can be attached to n1 machines. */
export const ATTACHED = new Set([
  'NVIDIA_TESLA_P100',
  'NVIDIA_TESLA_V100',
  'NVIDIA_TESLA_P4',
  'NVIDIA_TESLA_T4',
]);

export const ACCELERATORS = new Set([
  ...ATTACHED,
  ...Object.values(GPU_FAMILIES).map(([, kind]) => kind),
]);

const TF2 = '2-15 2-14 2-13 2-12 2-11 2-10 2-9 2-8';
const PYTORCH = '2-4 2-3 2-2 2-1 2-0 1-13 1-12 1-11';
export const PREBUILT = list({
  'sklearn-cpu.': '1-6 1-5 1-4 1-3 1-2 1-0',
  'xgboost-cpu.': '2-1 2-0 1-7 1-6 1-5 1-4',
  'tf2-cpu.': TF2,
  'tf2-gpu.': TF2,
  'pytorch-cpu.': PYTORCH,
  'pytorch-gpu.': PYTORCH,
});
