import { Button } from '@mantine/core';
import { IconDownload } from '../../../ui/icons';
import { messageOf } from '../../abort';
import { selectStale } from '../store';
import { useLab, useLabState } from './labState';

const saves = [
  { id: 'png', label: 'PNG', title: 'Save the picture as PNG' },
  { id: 'codes', label: 'Codes', title: 'Save the codes as JSON: this page and Reconstruct open them again' },
  { id: 'npy', label: '.npy', title: 'Save the codes as a NumPy array' },
] as const;

/** Takes the painting home. The picture waits until it has followed the codes. */
export function SaveButtons() {
  const { context, store } = useLab();
  const empty = useLabState((state) => state.picture === null);
  const stale = useLabState(selectStale);
  const save = async (id: (typeof saves)[number]['id']) => {
    const { opened, grids, picture } = store.getState();
    if (!opened || !picture) return;
    try {
      const { saveResult } = await import('../../saveResult');
      await saveResult(id, { modelId: opened.modelId, codes: [...grids], image: picture }, `${opened.name}-painted`);
    } catch (error) {
      context.notify({ kind: 'error', title: 'Not saved', message: messageOf(error) });
    }
  };
  return saves.map(({ id, label, title }) => (
    <Button
      key={id}
      leftSection={<IconDownload size={14} stroke={1.7} />}
      data-testid={`paint-save-${id}`}
      aria-label={title}
      title={title}
      disabled={empty || (id === 'png' && stale)}
      onClick={() => void save(id)}
    >
      {label}
    </Button>
  ));
}
