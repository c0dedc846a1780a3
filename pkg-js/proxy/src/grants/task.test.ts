import type { GrantTask } from '@backstage-vertex-ai/core/server';
import { runGrantTask } from './task';

describe('a grant task', () => {
  it('throws an error if the core fails without one of the host', async () => {
    const free = jest.fn();
    const task = { tell: () => ({ want: 'end', failed: true }), free };
    await expect(
      runGrantTask(task as unknown as GrantTask, {}),
    ).rejects.toThrow('the core cannot read an answer of its host');
    expect(free).toHaveBeenCalledTimes(1);
  });
});
