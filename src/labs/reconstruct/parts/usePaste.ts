import { useEffect, useRef } from 'react';

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Pictures pasted anywhere on the page, as files or as an address of this site. */
export function usePaste(onFiles: (files: readonly File[]) => void, onUrl: (url: URL) => void): void {
  const handlers = useRef({ onFiles, onUrl });
  useEffect(() => {
    handlers.current = { onFiles, onUrl };
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
      handlers.current.onUrl(new URL(text, document.baseURI));
    };
    document.addEventListener('paste', onPaste);
    return () => document.removeEventListener('paste', onPaste);
  }, []);
}
