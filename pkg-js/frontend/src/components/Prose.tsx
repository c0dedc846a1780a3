import { Fragment } from 'react';

const CODE = /`([^`]+)`/;

/** Text of the core, with its `code` spans as `<code>` elements. */
export function Prose({ text }: { text: string }) {
  const parts = text.split(CODE);
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

/** Text of the core with its code spans in quotes, for places that hold plain text only. */
export const plainText = (text: string) =>
  text.replaceAll(new RegExp(CODE, 'g'), '"$1"');
