import { describe, expect, test } from 'vitest';
import { maxScale, panBy, viewAfterKey, viewTransform, wholeView, zoomAt } from './viewport';

describe('viewport', () => {
  test('zooming keeps the point under the pointer', () => {
    const view = zoomAt(wholeView, 0.25, 0.75, 4);
    const content = { x: 0.25, y: 0.75 };
    expect(view.x + view.scale * content.x).toBeCloseTo(0.25);
    expect(view.y + view.scale * content.y).toBeCloseTo(0.75);
  });

  test('the content never leaves the stage and the scale stays in its range', () => {
    expect(panBy(wholeView, 1, -1)).toEqual(wholeView);
    expect(zoomAt(wholeView, 0.5, 0.5, 1e6).scale).toBe(maxScale);
    expect(zoomAt(zoomAt(wholeView, 0.9, 0.1, 8), 0.2, 0.9, 1 / 8)).toEqual(wholeView);
    const far = panBy(zoomAt(wholeView, 0.5, 0.5, 2), -5, 5);
    expect(far).toEqual({ scale: 2, x: -1, y: 0 });
  });

  test('keys', () => {
    expect(viewAfterKey(wholeView, '+')?.scale).toBe(1.5);
    expect(viewAfterKey(zoomAt(wholeView, 0, 0, 3), '0')).toEqual(wholeView);
    expect(viewAfterKey(wholeView, 'a')).toBeNull();
    expect(viewTransform(wholeView)).toBe('translate(0.000%, 0.000%) scale(1.0000)');
  });
});
