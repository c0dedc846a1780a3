import type { BackstageCredentials } from '@backstage/backend-plugin-api';
import { mockCredentials } from '@backstage/backend-test-utils';
import { createMockActionContext } from '@backstage/plugin-scaffolder-node-test-utils';

/** Runs an action as a task does, and gives what it output, logged, and failed with. */
export async function runAction(
  action: { handler(ctx: any): Promise<void> },
  input: object,
  more: {
    workspacePath?: string;
    isDryRun?: boolean;
    user?: { ref?: string };
    /** As whom the calls are made, where somebody else than `user` tried the task again. */
    credentials?: BackstageCredentials;
    onLog?(line: string): void;
  } = {},
) {
  const lines: string[] = [];
  const say = (line: string) => {
    lines.push(line);
    more.onLog?.(line);
  };
  const outputs: Record<string, any> = {};
  const context = createMockActionContext({
    input: input as any,
    workspacePath: more.workspacePath,
    logger: { info: say, warn: say, error: say } as any,
  });
  const { credentials = mockCredentials.user(more.user?.ref), ...others } =
    more;
  // The test utilities ignore overrides of these.
  Object.assign(context, {
    getInitiatorCredentials: async () => credentials,
    ...others,
    output: (name: string, value: unknown) => {
      outputs[name] = value;
    },
  });
  const failure = await Promise.resolve(action.handler(context)).then(
    () => undefined,
    (error: Error) => error,
  );
  return { failure, outputs, log: lines.join('\n') };
}
