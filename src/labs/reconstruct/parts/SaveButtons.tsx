import { Button } from '@mantine/core';
import { IconDownload } from '../../../ui/icons';
import { messageOf } from '../../abort';
import { selectShown, selectShownName } from '../store';
import { useLab, useLabState } from './labState';

const saves = [
  { id: 'png', label: 'PNG', title: 'Save the reconstruction as PNG' },
  { id: 'codes', label: 'Codes', title: 'Save the codes as JSON' },
  { id: 'npy', label: '.npy', title: 'Save the codes as a NumPy array' },
] as const;

/** Takes the result home. */
export function SaveButtons() {
  const { context } = useLab();
  const result = useLabState(selectShown);
  const name = useLabState((state) => selectShownName(state) ?? 'picture');
  const save = async (id: (typeof saves)[number]['id']) => {
    if (!result) return;
    try {
      const { saveResult } = await import('../../saveResult');
      await saveResult(id, result, name);
    } catch (error) {
      context.notify({
        kind: 'error',
        title: 'Not saved',
        message: messageOf(error),
      });
    }
  };
  return saves.map(({ id, label, title }) => (
    <Button
      key={id}
      leftSection={<IconDownload size={14} stroke={1.7} />}
      data-testid={`save-${id}`}
      aria-label={title}
      title={title}
      disabled={!result}
      onClick={() => void save(id)}
    >
      {label}
    </Button>
  ));
}
