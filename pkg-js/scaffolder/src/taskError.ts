/**
 * An error for the people who read a task.
 *
 * The scaffolder logs an error's stack, and a stack trace tells them nothing. Markdown renders the message in the task's error
 * banner: a headline, then a list.
 */
export class TaskError extends Error {
  constructor(headline: string, items: string[] = [], name = 'Error') {
    super([headline, ...items.map(item => `- ${item}`)].join('\n\n'));
    this.name = name;
    this.stack = `${name}: ${this.message}`;
  }

  /** The input is wrong. */
  static input(headline: string, items?: string[]) {
    return new TaskError(headline, items, 'InputError');
  }

  /** Something that the input names does not exist, or is hidden. */
  static notFound(headline: string, items?: string[]) {
    return new TaskError(headline, items, 'NotFoundError');
  }

  /** The user may not do this. */
  static notAllowed(headline: string, items?: string[]) {
    return new TaskError(headline, items, 'NotAllowedError');
  }
}

/** Errors that tell their reader everything: the input is wrong, or something is not allowed. */
const TOLD = ['CoreError', 'InputError', 'NotAllowedError', 'NotFoundError'];

/** Runs an action. The errors of its user come without a stack trace. */
export function withoutStack<Handler extends (...args: any[]) => any>(
  handler: Handler,
): (...args: Parameters<Handler>) => Promise<void> {
  return async (...args) => {
    try {
      await handler(...args);
    } catch (error) {
      const { name, message } = error as Error;
      if (TOLD.includes(name)) (error as Error).stack = `${name}: ${message}`;
      throw error;
    }
  };
}
