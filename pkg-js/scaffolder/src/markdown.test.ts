import { toMarkdown } from './markdown';

describe('a text in Markdown', () => {
  it.each([
    ['the model `fraud@3` ended in OUT_OF_RANGE', undefined],
    [
      '**b** _i_ <img src=x> [a](b) ~c~ | &lt;',
      String.raw`\*\*b\*\* \_i\_ \<img src=x\> \[a\](b) \~c\~ \| \&lt;`,
    ],
    ['an open ` stays', String.raw`an open \` stays`],
    [
      'see https://evil.example/a_b. and www.evil.example',
      'see `https://evil.example/a_b.` and `www.evil.example`',
    ],
    ['a@b.example lacks it', '`a@b.example` lacks it'],
    ['line\n\n# another\n- item', 'line # another - item'],
  ])('of %j', (text, expected = text) => {
    expect(toMarkdown(text)).toBe(expected);
  });
});
