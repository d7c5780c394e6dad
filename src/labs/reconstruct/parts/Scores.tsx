import { formatBytes, formatDb, formatInteger, formatMs } from '../../../ui/format';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { selectStale } from '../store';
import { useLabState } from './labState';
import { StaleTag } from './WaitLine';
import classes from './Boxes.module.css';

/** The run in five figures. Empty figures until there is a run: nothing is made up. */
export function Scores() {
  const shown = useLabState((state) => state.result);
  const stale = useLabState(selectStale);
  const capabilities = useLabState((state) => state.capabilities);
  const pixels = shown ? shown.input.width * shown.input.height * 3 : 0;
  const codes = shown?.codes.reduce((sum, grid) => sum + grid.indices.length, 0) ?? 0;
  const none = <span aria-label="no value yet">–</span>;
  return (
    <div className={classes.scores}>
      <div className={classes.shown} data-stale={stale ?? undefined}>
        <ReadoutRow label="Scores of this run">
          <Readout
            label="PSNR"
            testId="psnr"
            value={shown ? formatDb(shown.metrics.psnr) : none}
            note="closeness in pixels: higher is better"
          />
          <Readout
            label="SSIM"
            testId="ssim"
            value={shown ? shown.metrics.ssim.toFixed(4) : none}
            note="likeness of structure: 1 is equal"
          />
          <Readout
            label="Size as codes"
            testId="bytes"
            value={shown ? formatBytes(shown.metrics.bytes) : none}
            note={shown ? `${formatInteger(codes)} integers` : 'codes × bits ÷ 8'}
          />
          <Readout
            label="Smaller than raw pixels"
            value={shown ? `${formatInteger(pixels / shown.metrics.bytes)} ×` : none}
            note={shown ? `raw: ${formatBytes(pixels)}` : 'raw ÷ codes'}
          />
          <Readout
            label="Time, picture to picture"
            testId="total-time"
            value={shown ? formatMs(shown.timings.totalMs) : none}
            note={
              capabilities?.isFallbackAdapter ? `${capabilities.adapter}: software, no claim` : capabilities?.adapter
            }
          />
        </ReadoutRow>
      </div>
      <StaleTag stale={stale} />
    </div>
  );
}
