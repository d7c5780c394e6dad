import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Notice } from '../labs/contract';

const colours: Record<Notice['kind'], string> = {
  info: 'var(--lapis)',
  good: 'var(--verdigris)',
  warning: 'var(--ochre)',
  error: 'var(--terracotta)',
};

/** Shows a notice; one with a known id replaces the shown one. Errors stay until they are closed. */
export function notify(notice: Notice): void {
  const data = {
    title: notice.title,
    message:
      notice.action === 'reload' ? (
        <>
          <p>{notice.message}</p>
          <Button mt={8} onClick={() => window.location.reload()} data-testid="reload">
            Reload the page
          </Button>
        </>
      ) : (
        notice.message
      ),
    color: colours[notice.kind],
    autoClose: notice.kind === 'error' ? false : 9000,
    'data-testid': 'toast',
    closeButtonProps: { 'aria-label': 'Close this notice' },
  } as const;
  if (notice.id) notifications.update({ ...data, id: notice.id });
  // One that is shown already under this id is left as it is.
  notifications.show({ ...data, ...(notice.id ? { id: notice.id } : {}) });
}
