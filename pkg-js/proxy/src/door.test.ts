import type {
  DoorHost,
  DoorWant,
  Passage,
} from '@backstage-vertex-ai/core/server';
import { passDoor } from './door';

const meta = { auditId: '1', method: 'm', resource: 'r', user: 'u' };

/** A core that wants these things, and then panics. */
function panicking(wants: object[]): Passage {
  const left = [...wants];
  const tell = () => {
    const want = left.shift();
    if (want) return want as DoorWant;
    throw new Error('panicked at src/lib.rs');
  };
  const fail = () => {
    throw new Error('recursive use of an object');
  };
  return { tell, fail, free: () => {} } as unknown as Passage;
}

const host = () => ({
  announce: jest.fn(async () => {}),
  record: jest.fn(async () => {}),
  send: jest.fn(async () => ({ status: 200, headers: [] })),
  settle: jest.fn(async (_: object) => {}),
  conclude: jest.fn(async () => {}),
  log: jest.fn(async () => {}),
});

const pass = (wants: object[], to: ReturnType<typeof host>) =>
  passDoor(panicking(wants), to as unknown as DoorHost, () => false);

const recorded = [
  { want: 'announce', meta },
  { want: 'record', id: '1' },
  { want: 'send' },
];
const error = expect.stringContaining('the outcome is not known');

describe('a panic of the core', () => {
  it('settles a record that is open as failed', async () => {
    const to = host();
    await expect(pass(recorded, to)).rejects.toThrow('panicked');
    expect(to.settle.mock.calls).toEqual([
      [{ id: '1', outcome: 'failed', error }],
    ]);
    expect(to.conclude.mock.calls).toEqual([
      [{ succeeded: false, meta, error }],
    ]);
    expect(to.log).not.toHaveBeenCalled();
  });

  it('leaves the outcome of a settled record', async () => {
    const to = host();
    const settled = [
      ...recorded,
      { want: 'settle', id: '1', outcome: 'succeeded' },
      { want: 'conclude', succeeded: true, meta },
    ];
    await expect(pass(settled, to)).rejects.toThrow();
    expect(to.settle).toHaveBeenCalledTimes(1);
    expect(to.conclude).toHaveBeenCalledTimes(1);
  });

  it('records nothing for a call without a record', async () => {
    const to = host();
    await expect(pass([{ want: 'send' }], to)).rejects.toThrow();
    expect(to.settle).not.toHaveBeenCalled();
    expect(to.conclude).not.toHaveBeenCalled();
  });

  it('is logged if its record cannot be settled', async () => {
    const to = host();
    to.settle.mockRejectedValue(new Error('no database'));
    await expect(pass(recorded, to)).rejects.toThrow();
    expect(to.log).toHaveBeenCalledWith({
      level: 'error',
      message: expect.stringContaining('1'),
      meta: { ...meta, error: 'Error: no database' },
    });
  });
});
