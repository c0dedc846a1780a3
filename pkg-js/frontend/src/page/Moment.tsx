/** A time in the user's own format and zone. */
export function Moment({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={date.toString()}>
      {date.toLocaleString()}
    </time>
  );
}
