import type { Cell } from '../types';

/** Where a key moves the focus in a grid of `width` x `height` cells; null where the key means nothing here. */
export function cellAfterKey(cell: Cell, key: string, ctrl: boolean, width: number, height: number): Cell | null {
  const to = (x: number, y: number): Cell => ({
    x: Math.min(width - 1, Math.max(0, x)),
    y: Math.min(height - 1, Math.max(0, y)),
  });
  switch (key) {
    case 'ArrowLeft':
      return to(cell.x - 1, cell.y);
    case 'ArrowRight':
      return to(cell.x + 1, cell.y);
    case 'ArrowUp':
      return to(cell.x, cell.y - 1);
    case 'ArrowDown':
      return to(cell.x, cell.y + 1);
    case 'Home':
      return ctrl ? to(0, 0) : to(0, cell.y);
    case 'End':
      return ctrl ? to(width - 1, height - 1) : to(width - 1, cell.y);
    case 'PageUp':
      return to(cell.x, cell.y - 4);
    case 'PageDown':
      return to(cell.x, cell.y + 4);
    default:
      return null;
  }
}
