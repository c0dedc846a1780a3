/**
 * An error for the people who read a task. The scaffolder logs an error's stack, and a stack trace tells them nothing.
 *
 * Markdown renders the message in the task's error banner: a headline, then a list.
 */
export class TaskError extends Error {
  constructor(headline: string, items: string[] = []) {
    super([headline, ...items.map(item => `- ${item}`)].join('\n\n'));
    this.name = 'Error';
    this.stack = this.message;
  }
}
