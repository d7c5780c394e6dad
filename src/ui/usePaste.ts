import { useEffect, useRef } from 'react';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Pictures pasted anywhere on the page, as files or as an address. */
export function usePaste(onFiles: (files: readonly File[]) => void, onAddress: (text: string) => void): void {
  const handlers = useRef({ onFiles, onAddress });
  useEffect(() => {
    handlers.current = { onFiles, onAddress };
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !event.clipboardData) return;
      const files = [...event.clipboardData.files];
      if (files.length) {
        event.preventDefault();
        return handlers.current.onFiles(files);
      }
      const text = event.clipboardData.getData('text/plain').trim();
      if (!/^(https?:|\.{0,2}\/)\S+$/.test(text)) return;
      event.preventDefault();
      handlers.current.onAddress(text);
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
}
