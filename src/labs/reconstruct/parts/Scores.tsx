import { formatBytes, formatDb, formatInteger, formatMs } from '../../../ui/format';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { bytesOfCodes } from '../../../image/codes';
import { selectPlace, selectShown, selectStale } from '../store';
import { useLabState } from './labState';
import { StaleTag } from './WaitLine';
import classes from './Boxes.module.css';

/** The run in five figures. Empty figures until there is a run: nothing is made up. */
export function Scores() {
  const run = useLabState((state) => state.result);
  const shown = useLabState(selectShown);
  const stale = useLabState(selectStale);
  const place = useLabState(selectPlace);
  const software = useLabState((state) => state.capabilities?.isFallbackAdapter);
  const pixels = shown ? shown.image.width * shown.image.height * 3 : 0;
  const bytes = bytesOfCodes(shown?.codes ?? []);
  const codes = shown?.codes.reduce((sum, grid) => sum + grid.indices.length, 0) ?? 0;
  const none = <span aria-label="no value yet">–</span>;
  return (
    <div className={classes.scores}>
      <div className={classes.shown} data-stale={stale ?? undefined}>
        <ReadoutRow label="Scores of this run">
          <Readout
            label="PSNR"
            testId="psnr"
            value={run ? formatDb(run.metrics.psnr) : none}
            note="closeness in pixels: higher is better"
          />
          <Readout
            label="SSIM"
            testId="ssim"
            value={run ? run.metrics.ssim.toFixed(4) : none}
            note="likeness of structure: 1 is equal"
          />
          <Readout
            label="Size as codes"
            testId="bytes"
            value={shown ? formatBytes(bytes) : none}
            note={shown ? `${formatInteger(codes)} integers` : 'codes × bits ÷ 8'}
          />
          <Readout
            label="Smaller than raw pixels"
            value={shown ? `${formatInteger(pixels / bytes)} ×` : none}
            note={shown ? `raw: ${formatBytes(pixels)}` : 'raw ÷ codes'}
          />
          <Readout
            label="Time, picture to picture"
            testId="total-time"
            value={run ? formatMs(run.timings.totalMs) : none}
            note={[place, software && 'software: no claim', run && !run.timings.warm && 'first run']
              .filter(Boolean)
              .join('; ')}
          />
        </ReadoutRow>
      </div>
      <StaleTag stale={stale} />
    </div>
  );
}
