import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { ModelSummary } from '../../engine/types';
import CardText from './CardText';

const render = (text: string) =>
  renderToStaticMarkup(createElement(CardText, { text, model: { id: 'any' } as ModelSummary }));

it('renders headings, tables, lists and code under the page outline', () => {
  const html = render('# Root\n\n## Data\n\n- one\n- `two`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nls\n```\n');
  expect(html).toContain('<h4>Root</h4>');
  expect(html).toContain('<h5>Data</h5>');
  expect(html).toMatch(/<li>one/);
  expect(html).toContain('<table>');
  expect(html).toMatch(/<pre>.*ls/s);
});

it('takes no HTML, no script address and no picture of another place from a card', () => {
  const html = render(
    '<img src=x onerror=alert(1)> <script>alert(1)</script>\n\n[x](javascript:alert(1)) ![i](https://a.b/c.png) ![j](../other/c.png)',
  );
  expect(html).not.toMatch(/<(img|script)|href="javascript/);
  expect(html).toContain('&lt;script&gt;');
});
