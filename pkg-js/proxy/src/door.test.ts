import type {
  DoorHost,
  DoorStep,
  Passage,
} from '@backstage-vertex-ai/core/server';
import { passDoor } from './door';

const meta = { auditId: '1', method: 'm', resource: 'r', user: 'u' };

/** A core that takes these steps, and then panics. */
function panicking(steps: object[]): Passage {
  const left = [...steps];
  const tell = () => {
    const step = left.shift();
    if (step) return step as DoorStep;
    throw new Error('panicked at src/lib.rs');
  };
  return { tell, fail: tell, free: () => {} } as unknown as Passage;
}

const host = () => ({
  announce: jest.fn(async () => {}),
  record: jest.fn(async (_: object) => {}),
  send: jest.fn(async () => ({ status: 200, headers: [] })),
  settle: jest.fn(async (_: object) => {}),
  conclude: jest.fn(async (_: object) => {}),
  log: jest.fn(async () => {}),
});

const pass = (steps: object[], to: ReturnType<typeof host>) =>
  passDoor(panicking(steps), to as unknown as DoorHost, () => false);

const otherwise = { level: 'error', message: 'lost', meta };
const owed = [
  { want: { want: 'settle', id: '1' }, otherwise },
  { want: { want: 'conclude', succeeded: false }, otherwise },
];
const recorded = [
  { want: { want: 'record' }, owed },
  { want: { want: 'send' } },
];

describe('a panic of the core', () => {
  it('settles what the call owes', async () => {
    const to = host();
    await expect(pass(recorded, to)).rejects.toThrow('panicked');
    expect(to.settle.mock.calls).toEqual([[owed[0].want]]);
    expect(to.conclude.mock.calls).toEqual([[owed[1].want]]);
    expect(to.log).not.toHaveBeenCalled();
  });

  it('owes nothing that is settled', async () => {
    const to = host();
    const settled = [
      ...recorded,
      { want: { want: 'settle', id: '1' }, owed: [owed[1]] },
      { want: { want: 'conclude', succeeded: true }, owed: [] },
    ];
    await expect(pass(settled, to)).rejects.toThrow();
    expect(to.settle).toHaveBeenCalledTimes(1);
    expect(to.conclude.mock.calls).toEqual([
      [{ want: 'conclude', succeeded: true }],
    ]);
  });

  it('owes nothing for a want that failed', async () => {
    const to = host();
    to.record.mockRejectedValue(new Error('no database'));
    await expect(pass(recorded.slice(0, 1), to)).rejects.toThrow('panicked');
    expect(to.settle).not.toHaveBeenCalled();
    expect(to.conclude).not.toHaveBeenCalled();
  });

  it('is logged if its record cannot be settled', async () => {
    const to = host();
    to.settle.mockRejectedValue(new Error('no database'));
    await expect(pass(recorded, to)).rejects.toThrow();
    expect(to.conclude).toHaveBeenCalledTimes(1);
    expect(to.log).toHaveBeenCalledWith({
      ...otherwise,
      meta: { ...meta, error: 'Error: no database' },
    });
  });
});

it('fails a want that is not fulfilled in time', async () => {
  const to = host();
  to.record.mockReturnValue(new Promise(() => {}));
  const passage = panicking([{ want: { want: 'record', within: 1 } }]);
  const fail = jest.spyOn(passage, 'fail');
  const passed = passDoor(passage, to as unknown as DoorHost, () => false);
  await expect(passed).rejects.toThrow('panicked');
  expect(fail).toHaveBeenCalledWith(
    expect.objectContaining({ name: 'TimeoutError' }),
    false,
  );
});
