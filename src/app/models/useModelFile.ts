import { useEffect, useState } from 'react';
import type { ModelSummary } from '../../engine/types';
import { useDesk } from './deskContext';

/** The text of a file in a model's folder: undefined until it has come, null where there is none. */
export function useModelFile({ id, localFiles }: ModelSummary, name: string): string | null | undefined {
  const { modelFile } = useDesk();
  const [text, setText] = useState<string | null>();
  useEffect(() => {
    let gone = false;
    const read = async () => (await (await modelFile(id, name))?.text()) ?? null;
    read().then(
      (found) => !gone && setText(found),
      () => !gone && setText(null),
    );
    return () => {
      gone = true;
    };
    // A new version of a local folder has a new list of files.
  }, [id, localFiles, name, modelFile]);
  return text;
}
