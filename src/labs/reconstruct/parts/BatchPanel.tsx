import { ActionIcon, Button } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { decodePicture } from '../../../image/decode';
import { formatBytes, formatDb, formatMs } from '../../../ui/format';
import { IconDownload, IconX } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { picturesOf, runBatch, summarize, toCsv, type BatchRow } from '../batch';
import { download } from '../save';
import { selectModel } from '../store';
import { useLab } from './labState';
import classes from './BatchPanel.module.css';

const BatchChart = lazy(() => import('./BatchChart'));

/** Many pictures at once: progress, a table, a CSV file. Made anew (by its key) for other files. */
export default function BatchPanel({ files, onClose }: { files: readonly File[]; onClose: () => void }) {
  const { context, store, session } = useLab();
  const pictures = picturesOf(files);
  const [rows, setRows] = useState<readonly BatchRow[]>([]);
  const [running, setRunning] = useState(true);
  const job = useRef<AbortController | null>(null);

  useEffect(() => {
    const mine = (job.current = new AbortController());
    const run = async () => {
      const { spec } = store.getState();
      const model = selectModel(store.getState());
      if (!model) return;
      session.cancel();
      await context.engine.load(model.id, { signal: mine.signal });
      const options = { mode: spec.mode, ...(spec.fit ? { fit: spec.fit } : {}) };
      const services = { engine: context.engine, decode: (blob: Blob) => decodePicture(blob) };
      await runBatch(picturesOf(files), model.id, options, services, mine.signal, (row) =>
        setRows((old) => [...old, row]),
      );
    };
    run()
      .catch((error: unknown) => {
        if (mine.signal.aborted) return;
        const message = error instanceof Error ? error.message : String(error);
        context.notify({ kind: 'error', title: 'The folder could not be run', message });
      })
      .finally(() => {
        if (job.current !== mine) return;
        setRunning(false);
        // The engine inspects its last run: make that the picture on the screen again.
        void session.retry();
      });
    return () => {
      job.current = null;
      mine.abort();
    };
  }, [context, files, session, store]);

  const sum = summarize(rows);
  return (
    <Panel
      title={`${pictures.length} pictures`}
      tessera="bone"
      lesson="Each picture goes through the same model and settings; nothing leaves this page."
      aside={
        <>
          {running ? (
            <Button onClick={() => job.current?.abort()} data-testid="batch-cancel">
              Stop
            </Button>
          ) : (
            <Button
              leftSection={<IconDownload size={14} stroke={1.7} />}
              disabled={rows.length === 0}
              data-testid="batch-csv"
              onClick={() => download(new Blob([toCsv(rows)], { type: 'text/csv' }), 'tessera.csv')}
            >
              CSV
            </Button>
          )}
          <ActionIcon aria-label="Close the table" onClick={onClose}>
            <IconX size={15} />
          </ActionIcon>
        </>
      }
    >
      {pictures.length === 0 && <p>There is no picture among these {files.length} files.</p>}
      {running && pictures.length > 0 && (
        <ProgressLine fraction={rows.length / pictures.length} message={`${rows.length} of ${pictures.length} done`} />
      )}
      {!running && sum.done > 0 && (
        <p className={classes.sum}>
          Mean of {sum.done}: <strong>{formatDb(sum.psnr)}</strong>, SSIM <strong>{sum.ssim.toFixed(4)}</strong>
          {sum.failed > 0 && `; ${sum.failed} could not be read`}
        </p>
      )}
      {sum.done > 1 && (
        <Suspense fallback={null}>
          <BatchChart rows={rows} />
        </Suspense>
      )}
      {rows.length > 0 && <Rows rows={rows} />}
    </Panel>
  );
}

function Rows({ rows }: { rows: readonly BatchRow[] }) {
  return (
    <div className={classes.scroll} tabIndex={0} role="group" aria-label="Results, scrolls">
      <table className={classes.table} data-testid="batch-table">
        <thead>
          <tr>
            <th scope="col">Picture</th>
            <th scope="col">Size</th>
            <th scope="col">PSNR</th>
            <th scope="col">SSIM</th>
            <th scope="col">Codes</th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              <th scope="row">{row.name}</th>
              {row.problem !== null ? (
                <td colSpan={5} className={classes.problem}>
                  {row.problem}
                </td>
              ) : (
                <>
                  <td>
                    {row.width} × {row.height}
                  </td>
                  <td>{formatDb(row.psnr!)}</td>
                  <td>{row.ssim!.toFixed(4)}</td>
                  <td>{formatBytes(row.bytes!)}</td>
                  <td>{formatMs(row.timeMs!)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
