import { ActionIcon, Button } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Progress } from '../../../engine/types';
import { decodePicture } from '../../../image/decode';
import { formatBytes, formatDb, formatMs } from '../../../ui/format';
import { IconDownload, IconX } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { messageOf } from '../../abort';
import { picturesOf } from '../../pictureFiles';
import { runBatch, summarize, toCsv, type BatchRow } from '../batch';
import { download } from '../../download';
import { useLab } from './labState';
import classes from './BatchPanel.module.css';

const BatchChart = lazy(() => import('./BatchChart'));

/** Many pictures at once: progress, a table, a CSV file. Made anew (by its key) for other files. */
export default function BatchPanel({ files, onClose }: { files: readonly File[]; onClose: () => void }) {
  const { context, store, session } = useLab();
  const pictures = picturesOf(files);
  const [rows, setRows] = useState<readonly BatchRow[]>([]);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [running, setRunning] = useState(pictures.length > 0);
  const job = useRef<AbortController | null>(null);

  useEffect(() => {
    const mine = (job.current = new AbortController());
    // The picture on the screen waits; it is run after this, also when the table is closed before its end.
    const release = session.hold();
    const { mode, fit } = store.getState().spec;
    const services = {
      engine: context.engine,
      decode: (blob: Blob) => decodePicture(blob),
      loadModel: (...args: Parameters<typeof session.loadModel>) => session.loadModel(...args),
    };
    runBatch(picturesOf(files), { mode, ...(fit ? { fit } : {}) }, services, mine.signal, {
      onRow: (row) => setRows((old) => [...old, row]),
      onProgress: setProgress,
    })
      .catch((error: unknown) =>
        context.notify({ kind: 'error', title: 'The folder could not be run', message: messageOf(error) }),
      )
      .finally(() => {
        if (job.current === mine) setRunning(false);
        release();
      });
    return () => {
      job.current = null;
      mine.abort();
      release();
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
        <ProgressLine
          testId="batch-progress"
          fraction={rows.length || !progress ? rows.length / pictures.length : progress.fraction}
          message={
            rows.length === 0 && progress
              ? `Getting the model: ${progress.message}`
              : `${rows.length} of ${pictures.length} done`
          }
        />
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
