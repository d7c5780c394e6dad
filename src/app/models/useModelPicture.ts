import { useEffect, useState } from 'react';
import type { ModelSummary } from '../../engine/types';
import { useDesk } from './deskContext';

/** Address of the first of these pictures that lies in the model's folder; null where there is none, and until it has come. */
export function useModelPicture({ id, localFiles }: ModelSummary, names: readonly string[]): string | null {
  const { modelFile } = useDesk();
  const [url, setUrl] = useState<string | null>(null);
  const list = names.join('/');
  useEffect(() => {
    let gone = false;
    let made: string | null = null;
    const find = async () => {
      for (const name of list.split('/').filter((one) => !localFiles || localFiles.includes(one))) {
        const file = await modelFile(id, name);
        if (gone) return;
        if (!file) continue;
        made = URL.createObjectURL(file);
        return setUrl(made);
      }
    };
    find().catch(() => undefined);
    return () => {
      gone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [id, localFiles, list, modelFile]);
  return url;
}
