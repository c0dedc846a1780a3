// What the tests read of a Markdown page: its paragraphs, links and headings. Code, tables and front matter are none.

/** Lines outside of code blocks, with their numbers from 1. */
function prose(text) {
  let fence;
  let inComment = false;
  return text.split('\n').map((line, index) => {
    const mark = line.match(/^\s*(```+|~~~+)/)?.[1];
    if (fence) {
      if (mark?.startsWith(fence)) fence = undefined;
      return { number: index + 1, line: '' };
    }
    if (mark) {
      fence = mark;
      return { number: index + 1, line: '' };
    }
    if (line.includes('<!--')) inComment = true;
    const shown = inComment ? '' : line;
    if (line.includes('-->')) inComment = false;
    return { number: index + 1, line: shown };
  });
}

/** Paragraphs and items of lists, each with its first line and number of words. */
export function paragraphs(text) {
  const found = [];
  let current;
  const end = () => {
    if (current) found.push(current);
    current = undefined;
  };
  for (const { number, line } of prose(text)) {
    const starts = /^\s*([-*+]|\d+\.)\s/.test(line);
    const isProse =
      line.trim() !== '' && !/^(\||#|>?\s*\[[^\]]+\]:|---)/.test(line);
    // An indented block below a paragraph is code, unless a list is open.
    const isCode = /^ {4,}\S/.test(line) && !current;
    if (!isProse || isCode || starts) end();
    if (!isProse || isCode) continue;
    current ??= { line: number, words: 0 };
    current.words += line.trim().split(/\s+/).length;
  }
  end();
  return found;
}

/** Targets of links and pictures, each with its line. */
export function links(text) {
  return prose(text).flatMap(({ number, line }) => {
    const plain = line.replace(/`[^`]*`/g, '');
    return [...plain.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)/g)].map(
      ([, target]) => ({ line: number, target }),
    );
  });
}

/** Anchors of the headings, as code hosts make them. */
export function anchors(text) {
  const headings = prose(text).filter(({ line }) => /^#+\s/.test(line));
  return new Set(
    headings.map(({ line }) =>
      line
        .replace(/^#+\s+/, '')
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/g, '-'),
    ),
  );
}
