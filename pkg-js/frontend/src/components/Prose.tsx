import { Fragment } from 'react';

/** Text of the core, with its `code` spans as `<code>` elements. */
export function Prose({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/);
  return (
    <>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index % 2 === 1 ? <code>{part}</code> : part}
        </Fragment>
      ))}
    </>
  );
}
