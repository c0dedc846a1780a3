/** Code spans, and texts that Markdown would turn into links. */
const SPANS =
  /`([^`]+)`|((?:https?:\/\/|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/i;

/** A code span for any text. */
function code(text: string): string {
  const longest = Math.max(
    0,
    ...(text.match(/`+/g) ?? []).map(({ length }) => length),
  );
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${text}${pad}${fence}`;
}

const escape = (text: string) =>
  text
    .replaceAll(/[\\`*[\]<>|~&]/g, String.raw`\$&`)
    .replaceAll(/(?<![^\W_])_|_(?![^\W_])/g, String.raw`\_`);

/**
 * A text in Markdown that reads as it is written, on one line: only its `code` spans are marked. Links and addresses become code, so that
 * a text of Google or of a container leads nowhere.
 */
export function toMarkdown(text: string): string {
  const parts = text.replaceAll(/\s+/g, ' ').split(SPANS);
  return parts
    .map((part, at) => {
      if (part === undefined) return '';
      return at % 3 === 0 ? escape(part) : code(part);
    })
    .join('');
}

/** A whole text as one code span. */
export const toCode = (text: string) => code(text.replaceAll(/\s+/g, ' '));

/** A link in Markdown. */
export const toLink = (title: string, url: string) =>
  `[${toMarkdown(title)}](${url.replaceAll(
    /[\s()<>\\]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )})`;

/**
 * An item of a list, with its other lines as a list below it. The banner of a task shows paragraphs of an item as one.
 * Source: `ErrorPanel` of npm `@backstage/core-components`, seen 2026-11-28.
 */
export const toItem = (lines: (string | false | undefined)[]) =>
  lines.filter(Boolean).join('\n  - ');
